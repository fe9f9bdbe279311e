"""The rules: the knowledge base (YAML), its dataclasses and its loader."""
