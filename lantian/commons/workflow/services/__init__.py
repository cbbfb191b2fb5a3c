"""The verbs of workflows: define, apply, decide, stand in, and what the clock does."""

from lantian.commons.workflow.services.applying import (
    appeal,
    begin_application,
    save_answers,
    submit_application,
    withdraw_application,
)
from lantian.commons.workflow.services.clock import end_overdue
from lantian.commons.workflow.services.deciding import decide
from lantian.commons.workflow.services.defining import (
    close_workflow,
    define_workflow,
    discard_draft,
    open_workflow,
    publish_version,
    save_draft,
    set_workflow,
)
from lantian.commons.workflow.services.delegating import delegate, end_delegation
from lantian.commons.workflow.services.erasing import forget_applicant

__all__ = [
    "appeal",
    "begin_application",
    "close_workflow",
    "decide",
    "define_workflow",
    "delegate",
    "discard_draft",
    "end_delegation",
    "end_overdue",
    "forget_applicant",
    "open_workflow",
    "publish_version",
    "save_answers",
    "save_draft",
    "set_workflow",
    "submit_application",
    "withdraw_application",
]
