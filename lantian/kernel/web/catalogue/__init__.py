"""The English catalogue: extraction from Python, templates and TypeScript, merging, compiling, checking. No gettext programs."""
