"""Pages built from records, their words, and the formats that write them."""
