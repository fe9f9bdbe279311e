"""What follows an assessment: what would change it, how to get there, comparisons, precedents, economics."""
