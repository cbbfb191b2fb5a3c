"""Pure code of recordings."""
