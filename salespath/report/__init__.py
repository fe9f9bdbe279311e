"""Presentations: pure functions from an assessment to text, tables or JSON."""
