"""Check both borders: extracts on the way in, the release candidate on the way out."""
