"""Pure code of connect."""
