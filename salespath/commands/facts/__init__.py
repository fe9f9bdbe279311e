"""The facts that salespath asks for: list them, check a file, make an empty one."""
