"""One module a family of events. A module that stands here is loaded: nothing else has to know of it."""
