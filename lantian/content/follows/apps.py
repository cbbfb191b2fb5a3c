from django.apps import AppConfig


class FollowsConfig(AppConfig):
    name = "lantian.content.follows"
    label = "follows"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from lantian.content.follows import demo, events, queries, receivers, rules, tasks  # noqa: F401 - they declare themselves
        from lantian.content.resources.queries import LIST_LINKS, RESOURCE_PANELS
        from lantian.content.taxonomy.queries import NODE_PANELS
        from lantian.kernel.demo import demo_part
        from lantian.kernel.web import navigation

        demo_part("follows")(demo.seed)
        navigation.add(
            navigation.NavItem(
                "follows",
                _("关注"),
                "follows_news",
                "bell-plus",
                19,
                shown=lambda actor: bool(rules.may_follow(actor)),
            )
        )
        NODE_PANELS.register("follows", queries.panel_of_node)
        RESOURCE_PANELS.register("follows", queries.panel_of_resource)
        LIST_LINKS.register("follows", queries.link_of_list)
        _hold()


def _hold() -> None:
    """What follows hold of a person."""
    from django.utils.translation import gettext_lazy as _

    from lantian.content.follows import queries, services
    from lantian.kernel.holdings import HOLDINGS, Holding

    followed = Holding(
        _("关注的资源"),
        covers=("follows.follow.person", "follows.follow.author"),
        count=lambda subject: queries.follows_of(subject).count(),
        erase=services.forget_follows,
        export=queries.follows_part,
    )
    HOLDINGS.register("follows.followed", followed)
    read = Holding(
        _("关注的查看进度"),
        covers=("follows.reader.person",),
        count=lambda subject: queries.readers_of(subject).count(),
        erase=services.forget_readers,
    )
    HOLDINGS.register("follows.read", read)
