from lantian.people.roster.tests.world import make_world
from tests.kept import fixtures

kept, world = fixtures(make_world)
