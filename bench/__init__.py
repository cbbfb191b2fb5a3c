"""Benchmarks: one module each, run by `make bench B=name`; figures are published in docs/benchmarks.md."""
