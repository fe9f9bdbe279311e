"""What a process takes in deals, people, months and cash."""
