"""The rules: the knowledge base (YAML), its language, its dataclasses, its loader, and how two of them differ."""
