"""Pages of connect: software let in, and signing on to it."""
