"""Files read and written: problems, strict nodes of YAML and JSON, records, safe output."""
