"""Suggestions where one is: the list of resources, a resource's page, the first page."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lantian.content.resources.enums import ResourceState
from lantian.content.suggested.queries.suggesting import IN_PANEL, suggestions_for
from lantian.content.suggested.queries.together import used_together
from lantian.content.suggested.rules import may_see_suggestions, may_see_together
from lantian.content.taxonomy.queries import Panel
from lantian.kernel.rules import Actor
from lantian.kernel.web.panels import DayCard

if TYPE_CHECKING:
    from lantian.content.resources.models import Resource


def panel_of_list(actor: Actor, said: Mapping[str, str]) -> Panel | None:
    """Above the list, as long as one looks for nothing in particular. Eight queries at most, none for those who do not teach."""
    if any(said.values()) or not may_see_suggestions(actor):
        return None
    found = suggestions_for(actor, IN_PANEL)
    return Panel(_("给您的推荐"), "suggested/_list.html", {"found": found}) if found else None


def panel_of_resource(actor: Actor, resource: "Resource") -> Panel | None:
    """What was used with it. Two queries at most."""
    if resource.state != ResourceState.PUBLISHED or not may_see_together(actor):
        return None
    found = used_together(actor, resource.pk)
    return Panel(_("用过它的老师还用了"), "suggested/_together.html", {"found": found}) if found else None


def card_of_day(actor: Actor, day: date) -> DayCard | None:
    """The card's inside is asked for by the browser: the first page is opened often, and waits for nothing of this. No query."""
    return DayCard(_("给您的推荐"), "suggested/_day.html") if may_see_suggestions(actor) else None
