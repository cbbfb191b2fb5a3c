from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "lantian.commons.workflow"
    label = "workflow"

    def ready(self) -> None:
        from lantian.commons.workflow import events, queries, rules  # noqa: F401 - they declare themselves

        _hold()


def _hold() -> None:
    """What workflows hold of a person."""
    from django.utils.translation import gettext_lazy as _

    from lantian.commons.workflow import queries, services
    from lantian.kernel.holdings import DID_IT, HOLDINGS, Holding, exempt

    mine = Holding(
        _("提交的申请"),
        covers=("workflow.application.applicant",),
        count=lambda subject: queries.applications_held(subject).count(),
        erase=services.forget_applicant,
        leaves=_("办过的申请只留下事项和结果，没有填的内容和姓名。"),
        export=queries.applications_part,
    )
    HOLDINGS.register("workflow.applications", mine)
    exempt(
        DID_IT,
        "workflow.workflow.created_by",
        "workflow.workflowversion.made_by",
        "workflow.decision.person",
        "workflow.decision.for_whom",
        "workflow.delegation.giver",
        "workflow.delegation.taker",
        "workflow.line.person",
    )
