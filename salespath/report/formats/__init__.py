"""Writers of pages: a page in, text out."""
