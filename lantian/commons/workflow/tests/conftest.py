from lantian.commons.workflow.tests.desk import make_desk
from tests.kept import fixtures

kept, desk = fixtures(make_desk)
