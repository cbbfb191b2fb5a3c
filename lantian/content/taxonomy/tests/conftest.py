from lantian.content.taxonomy.tests.shelf import make_shelf
from tests.kept import fixtures

kept, shelf = fixtures(make_shelf)
