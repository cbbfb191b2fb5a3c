"""Pure code of identity: what people type when they sign in."""
