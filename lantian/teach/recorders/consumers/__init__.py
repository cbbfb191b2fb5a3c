"""The process that stands between recorders and the live process (`lantian recorders`)."""
