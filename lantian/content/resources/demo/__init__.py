"""The demonstration's resources: the region's shelf, thousands of small real files of every kind, and those of the story, which
are in review, sent back and in draft.
"""

from typing import TYPE_CHECKING

from lantian.content.resources.demo import catalogue, story
from lantian.kernel.demo import DemoContext

if TYPE_CHECKING:
    from lantian.people.roster.demo import Region


def seed(context: DemoContext) -> None:
    """The shelf through `bring_resources`, the story as a teacher would do it."""
    region: Region = context.things["region"]
    many = catalogue.fill(context, region)
    many += story.tell()
    context.say(f"  {many} resources")
