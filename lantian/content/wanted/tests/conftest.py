from lantian.content.packs.tests.fixtures import as_
from lantian.content.wanted.tests.desk import make_desk
from tests.kept import fixtures

__all__ = ["as_", "desk", "kept"]


kept, desk = fixtures(make_desk)
