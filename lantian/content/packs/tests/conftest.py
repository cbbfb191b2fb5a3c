from lantian.content.packs.tests.fixtures import as_, desk, kept

__all__ = ["as_", "desk", "kept"]
