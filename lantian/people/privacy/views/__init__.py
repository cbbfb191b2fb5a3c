"""Pages about people's privacy."""
