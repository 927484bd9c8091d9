"""Load delivered extracts into the raw schema, one transaction a file."""
