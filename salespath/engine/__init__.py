"""The engine: a compiled base, the walk over it, certainty, the assessment and what stands behind it; it says nothing."""
