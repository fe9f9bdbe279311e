"""What a rule base is asked by its author: checks, scenarios and their coverage, agreement with known outcomes."""
