from typing import TYPE_CHECKING, cast

from django.apps import AppConfig

if TYPE_CHECKING:
    from django.http import HttpRequest

    from lantian.kernel.rules import Actor, Text
    from lantian.people.identity.models import Account


class RosterConfig(AppConfig):
    name = "lantian.people.roster"
    label = "roster"

    def ready(self) -> None:
        from lantian.kernel.demo import demo_part
        from lantian.kernel.web.guards import ACTOR_SOURCES
        from lantian.people.roster import demo
        from lantian.people.roster.services.accounts import keep_person_accounts

        ACTOR_SOURCES.register("person", _actor_of_request)
        keep_person_accounts()
        _be_known()
        demo_part("roster")(demo.seed)
        _take_places()
        _hold()


def _actor_of_request(request: "HttpRequest") -> "Actor":
    from lantian.people.roster.queries import ACTING_AS, actor_of_account

    return actor_of_account(cast("Account", request.user), request.session.get(ACTING_AS))


def _be_known() -> None:
    """The numbers by which another platform may say who somebody is, where the operator believes it."""
    from lantian.people.identity.queries import KNOWN_BY
    from lantian.people.roster.queries import account_by_citizen_id, account_by_person, account_by_student_number

    KNOWN_BY.register("student_number", account_by_student_number)
    KNOWN_BY.register("citizen_id", account_by_citizen_id)
    KNOWN_BY.register("person", account_by_person)


def _take_places() -> None:
    """The entries of the navigation, the words for roles, and the places of the shell that are this app's."""
    from django.utils.translation import gettext_lazy as _
    from django.utils.translation import pgettext_lazy

    from lantian.kernel.time.rules import may_set_calendar
    from lantian.kernel.web.navigation import NavItem, add, under
    from lantian.kernel.web.shell import PLACES, ROLE_LABELS
    from lantian.people.roster import rules
    from lantian.people.roster.enums import Role

    for role in Role:
        ROLE_LABELS.register(role.value, role.label)
    PLACES.register("me", "roster_me")
    PLACES.register("switch_role", "roster_switch_role")
    group = _("名册")
    add(
        NavItem(
            "organizations",
            pgettext_lazy("many", "单位"),
            "roster_tree",
            "school",
            60,
            shown=lambda actor: (
                bool(rules.may_browse_organizations(actor)) and not actor.has_role("student", "guardian")
            ),
            group=group,
        )
    )
    add(
        NavItem(
            "people",
            _("人员"),
            "roster_people",
            "users-round",
            61,
            shown=lambda actor: bool(rules.may_browse_people(actor)),
            group=group,
        )
    )
    add(
        NavItem(
            "grants",
            _("授权"),
            "roster_grants",
            "key-round",
            62,
            shown=lambda actor: bool(rules.may_see_grants(actor)),
            group=group,
        )
    )
    add(
        NavItem(
            "national_days",
            _("全国放假安排"),
            "roster_national_days",
            "calendar-days",
            64,
            shown=lambda actor: bool(may_set_calendar(actor, None)),
            group=group,
        )
    )
    under("organizations", "/classes/")
    under("people", "/memberships/")


def _hold() -> None:
    """What the roster holds of a person."""
    from django.utils.translation import gettext_lazy as _

    from lantian.kernel.holdings import DID_IT, HOLDINGS, Holding, Subject, exempt, kept_with_the_record
    from lantian.people.roster.queries import holding
    from lantian.people.roster.services import erasing

    def phone_stays(subject: Subject) -> "Text":
        return subject.why_kept if subject.kept_as - {"student"} else ""

    for key, held in {
        "facts": Holding(
            _("姓名、性别、出生日期、身份证号、学籍号"),
            covers=("roster.person.merged_into", "roster.personsearch.person", "roster.person.account"),
            count=holding.count_facts,
            erase=erasing.erase_facts,
            stays=kept_with_the_record,
            leaves=_("只剩一个编号和代号。"),
            export=holding.facts_part,
        ),
        "phone": Holding(
            _("手机号"), covers=(), count=holding.count_phones, erase=erasing.erase_phones, stays=phone_stays
        ),
        "memberships": Holding(
            _("所在单位和班级"),
            covers=("roster.membership.person",),
            count=lambda subject: holding.memberships_of(subject).count(),
            leaves=_("在哪个班、从哪天到哪天，作为历年人数保留，不再有姓名。"),
            export=holding.memberships_part,
        ),
        "roles": Holding(
            _("职务"),
            covers=("roster.rolegrant.person",),
            count=lambda subject: holding.grants_of(subject).count(),
            erase=erasing.erase_reasons,
            stays=kept_with_the_record,
            leaves=_("职务和任期保留，不再有姓名和说明。"),
            export=holding.roles_part,
        ),
        "family": Holding(
            _("监护关系和绑定码"),
            covers=("roster.guardianship.guardian", "roster.guardianship.student", "roster.bindingcode.student"),
            count=lambda subject: holding.bonds_of(subject).count() + holding.codes_of(subject).count(),
            erase=erasing.erase_bonds,
            stays=kept_with_the_record,
            export=holding.family_part,
        ),
        "duplicates": Holding(
            _("重复档案的核对结果"),
            covers=(
                "roster.personmerge.kept",
                "roster.personmerge.dropped",
                "roster.notduplicates.low",
                "roster.notduplicates.high",
            ),
            count=lambda subject: holding.merges_with(subject).count() + holding.doubts_about(subject).count(),
            erase=erasing.erase_doubts,
            stays=kept_with_the_record,
        ),
        "batches": Holding(
            _("批量办理里的一行"),
            covers=("roster.batchitem.person",),
            count=lambda subject: holding.batch_items_of(subject).count(),
            erase=erasing.erase_batch_items,
        ),
        "history": Holding(
            _("档案的经过"),
            covers=(),
            count=lambda _subject: 0,  # counted with what was done (journal.acts)
            export=holding.history_part,
        ),
    }.items():
        HOLDINGS.register(f"roster.{key}", held)
    exempt(
        DID_IT,
        "roster.batch.created_by",
        "roster.rolegrant.granted_by",
        "roster.rolegrant.revoked_by",
        "roster.promotionrun.created_by",
        "roster.personmerge.merged_by",
        "roster.personmerge.undone_by",
        "roster.notduplicates.decided_by",
        "roster.bindingcode.issued_by",
    )
