"""A lesson that nobody gives: slides, a clock that people and machines can read, a soft tone; for demo, tests, benchmarks."""
