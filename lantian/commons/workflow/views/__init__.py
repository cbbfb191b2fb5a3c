"""Pages of workflows: what one may apply for, one's applications, what waits for a decision, and making definitions."""

from lantian.commons.workflow.views.applying import application, applications, edit, home, matter
from lantian.commons.workflow.views.deciding import stand_in, stand_in_end, todo
from lantian.commons.workflow.views.defining import define, definition, definitions, facts, field, step

__all__ = [
    "application",
    "applications",
    "define",
    "definition",
    "definitions",
    "edit",
    "facts",
    "field",
    "home",
    "matter",
    "stand_in",
    "stand_in_end",
    "step",
    "todo",
]
