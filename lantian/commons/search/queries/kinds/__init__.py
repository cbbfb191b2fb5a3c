"""What the people floor has to be found: lessons, units, classes, people; and the pages one may go to."""

from lantian.commons.search.queries.kinds import lessons, pages, people, units
from lantian.commons.search.queries.registry import KINDS


def register() -> None:
    """Called when the app is ready; the apps above register theirs after these."""
    KINDS.register("lesson", lessons.KIND)
    KINDS.register("organization", units.ORGANIZATIONS)
    KINDS.register("class", units.CLASSES)
    KINDS.register("person", people.KIND)
    KINDS.register("page", pages.KIND)
