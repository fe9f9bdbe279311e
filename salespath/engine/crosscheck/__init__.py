"""The same rules in an engine that others wrote."""
