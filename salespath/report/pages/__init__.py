"""Pages, one for each kind of record."""
