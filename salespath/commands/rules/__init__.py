"""The rules: list, show and draw them, check and test them, score them on known companies."""
