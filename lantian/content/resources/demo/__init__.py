"""The demonstration's resources: the region's shelf, thousands of small real files of every kind; those of the story, which are
in review, sent back and in draft; and a film that has all that a film can have here.
"""

from typing import TYPE_CHECKING

from lantian.content.resources.demo import catalogue, film, story
from lantian.kernel.demo import DemoContext

if TYPE_CHECKING:
    from lantian.people.roster.demo import Region


def seed(context: DemoContext) -> None:
    """The shelf through `bring_resources`, the story as a teacher would do it."""
    region: Region = context.things["region"]
    many = catalogue.fill(context, region)
    teacher = story.acting("teacher")
    if teacher is not None and teacher.grant is not None:
        many += story.tell(teacher)
        film.show(teacher)
        many += 1
    context.say(f"  {many} resources")
