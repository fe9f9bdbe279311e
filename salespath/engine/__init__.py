"""The engine: expressions, compiled base, forward chaining, certainty, assessment, explanation. It prints nothing."""
