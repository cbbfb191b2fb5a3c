"""Pure roster code: no Django, no input or output."""
