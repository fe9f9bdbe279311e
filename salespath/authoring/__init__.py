"""What the author of rules works with: checks, scenarios, agreement with known outcomes, differences, a reference."""
