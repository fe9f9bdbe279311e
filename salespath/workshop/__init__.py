"""The workshop in a browser: a facilitator, people on their own phones, and a wall; it computes and words nothing itself."""
