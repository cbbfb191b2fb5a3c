from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "lantian.commons.workflow"
    label = "workflow"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from lantian.commons.workflow import demo, events, receivers, rules  # noqa: F401 - they declare themselves
        from lantian.commons.workflow.queries import APPLYING_ROLES, decisions_todo
        from lantian.kernel.demo import demo_part
        from lantian.kernel.web import navigation
        from lantian.kernel.web.panels import TODOS

        demo_part("workflow")(demo.seed)
        navigation.add(
            navigation.NavItem(
                "workflow", _("办事"), "workflow_home", "stamp", 40, shown=lambda actor: actor.role in APPLYING_ROLES
            )
        )
        TODOS.register("workflow", decisions_todo)
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
