"""Pure code of the desk: why a class missed its lesson."""
