"""Pages of the taxonomy: looking, keeping, files, coverage."""
