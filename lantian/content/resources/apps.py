from django.apps import AppConfig


class ResourcesConfig(AppConfig):
    name = "lantian.content.resources"
    label = "resources"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from lantian.commons.search.queries import KINDS
        from lantian.content.resources import demo, events, queries, receivers, rules  # noqa: F401 - they declare themselves
        from lantian.content.taxonomy.queries import COUNTERS, NODE_PANELS
        from lantian.kernel.demo import demo_part
        from lantian.kernel.web import navigation, shell
        from lantian.kernel.web.panels import TODOS

        demo_part("resources")(demo.seed)
        item = navigation.NavItem
        navigation.add(item("resources", _("资源"), "resources_list", "folder-open", 16, shown=_meets))
        shell.PUBLIC_NAV.register("resources", item("resources", _("资源"), "resources_list", "folder-open", 25))
        KINDS.register("resource", queries.KIND)
        NODE_PANELS.register("resources", queries.panel_of_node)
        COUNTERS.register("resources", queries.COUNTER)
        TODOS.register("resources", queries.todos_of_sending)
        _review()
        _hold()


def _meets(actor: "object") -> bool:
    return not getattr(actor, "is_screen", False)


def _review() -> None:
    """Resources are what a workflow decides on: its checks, its effects, and where the thing's page is."""
    from django.urls import reverse
    from django.utils.translation import gettext_lazy as _

    from lantian.commons.workflow.queries import CHECKS, EFFECTS, SUBJECTS, Check, EffectOf, Subjects
    from lantian.content.resources import queries, services

    CHECKS.register("resources.complete", Check(_("资源的说明齐全"), services.check_complete))
    CHECKS.register("resources.sound", Check(_("文件没有病毒"), services.check_sound))
    CHECKS.register("resources.licensed", Check(_("许可和使用范围相符"), services.check_licensed))
    CHECKS.register("resources.not_twice", Check(_("没有同样的资源"), services.check_twice))
    EFFECTS.register("resources.publish", EffectOf(_("发布资源"), services.publish_reviewed))
    EFFECTS.register("resources.refuse", EffectOf(_("资源这一版不通过"), services.refuse_reviewed))
    EFFECTS.register("resources.take_back", EffectOf(_("资源回到草稿"), services.reopen_reviewed))
    SUBJECTS.register(queries.ABOUT, Subjects(lambda pk: reverse("resources_version", args=[pk]), queries.involved_in))


def _hold() -> None:
    """What resources hold of a person."""
    from django.utils.translation import gettext_lazy as _

    from lantian.content.resources import queries, services
    from lantian.kernel.holdings import DID_IT, HOLDINGS, Holding, exempt

    made = Holding(
        _("上传的资源"),
        covers=("resources.resource.author",),
        count=lambda subject: queries.resources_of(subject).count(),
        erase=services.forget_author,
        leaves=_("提交过的资源属于单位，保留，不再有姓名。"),
        export=queries.resources_part,
    )
    HOLDINGS.register("resources.made", made)
    said = Holding(
        _("对资源的评价、报错、收藏和上传"),
        covers=(
            "resources.rating.person",
            "resources.fault.person",
            "resources.favourite.person",
            "resources.upload.person",
        ),
        count=queries.words_of,
        erase=services.forget_words,
        leaves=_("报过的错保留，不再知道是谁报的。"),
        export=queries.words_part,
    )
    HOLDINGS.register("resources.said", said)
    exempt(DID_IT, "resources.resourceversion.made_by", "resources.fault.settled_by")
