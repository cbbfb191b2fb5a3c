from lantian.content.packs.tests.fixtures import as_, desk, kept_desk

__all__ = ["as_", "desk", "kept_desk"]
