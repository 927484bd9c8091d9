"""Small contact centers invented at random, as standard extracts: many edge cases on few rows."""
