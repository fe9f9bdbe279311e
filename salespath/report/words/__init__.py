"""Words that several pages use."""
