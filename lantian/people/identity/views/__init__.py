"""Pages of one's own account, and of signing in with another platform's."""
