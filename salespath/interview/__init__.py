"""Which question comes next, and what an answer means; no terminal and no web."""
