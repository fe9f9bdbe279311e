"""What the commands share: options, reading, the terminal, and how commands are found."""
