"""Rooms and the screens in them."""

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor, Verdict, deny, require
from lantian.people.identity.enums import AccountKind
from lantian.people.identity.rules import KEEPERS
from lantian.people.identity.services.accounts import create_screen_account, reset_account
from lantian.people.schedule import rules
from lantian.people.schedule.errors import AlreadyThere, ScheduleError
from lantian.people.schedule.models import Room

if TYPE_CHECKING:
    from lantian.people.identity.models import Account
    from lantian.people.roster.models import ClassGroup, Organization


def _keeper_of_screen(actor: Actor, account: "Account") -> Verdict:
    room = Room.objects.select_related("organization").filter(screen_account=account.pk).first()
    return rules.may_manage_rooms(actor, room.organization) if room else deny(_("这个大屏账号没有教室"))


def keep_screen_accounts() -> None:
    """Tell identity who keeps the accounts of class screens: whoever manages their rooms (once, when the app is ready)."""
    KEEPERS.register(AccountKind.CLASS_SCREEN, _keeper_of_screen)


@transaction.atomic
def issue_screen_code(room: Room, *, by: Actor) -> tuple[str, str]:
    """User name and a new password for the room's screen; opens its account when it has none, and signs it out when it has.

    Shown once to whoever sets up the screen. Raises Denied.
    """
    row = Room.objects.select_for_update(of=("self",)).select_related("organization", "class_group", "screen_account")
    room = row.get(pk=room.pk)
    require(rules.may_manage_rooms, by, room.organization)
    if room.screen_account is not None:
        code = reset_account(room.screen_account, by=by)
    else:
        name = f"{room.organization} {room.class_group or room.name}"[:80]
        opened = create_screen_account(by=by, username=f"screen-{room.pk.hex[:8]}", display_name=name)
        room.screen_account, code = opened.account, opened.code or ""
        room.save(update_fields=["screen_account"])
    record("schedule.screen_code_issued", room, by=by)
    return room.screen_account.username, code


@transaction.atomic
def create_room(
    *,
    organization: "Organization",
    name: str,
    class_group: "ClassGroup | None" = None,
    screen_account: "Account | None" = None,
    by: Actor,
) -> Room:
    """A classroom with the class at home in it, and its screen's account (made by identity's `create_account`).

    Raises Denied, AlreadyThere (name, class or account is taken), ScheduleError.
    """
    require(rules.may_manage_rooms, by, organization)
    if class_group is not None and class_group.organization_id != organization.pk:
        raise ScheduleError(_("班级不在这所学校"))
    if screen_account is not None and screen_account.kind != "class_screen":
        raise ScheduleError(_("教室大屏要用班级大屏账号"))
    try:
        with transaction.atomic():
            room = Room.objects.create(
                organization=organization, name=name.strip(), class_group=class_group, screen_account=screen_account
            )
    except IntegrityError as error:
        raise AlreadyThere(_("教室名、班级或大屏账号已被占用")) from error
    record("schedule.room_created", room, by=by, name=room.name)
    return room


@transaction.atomic
def rename_room(room: Room, *, name: str, by: Actor) -> Room:
    """Raises Denied, AlreadyThere."""
    require(rules.may_manage_rooms, by, room.organization)
    before, room.name = room.name, name.strip()
    try:
        with transaction.atomic():
            room.save(update_fields=["name"])
    except IntegrityError as error:
        raise AlreadyThere(_("这所学校已有同名教室")) from error
    record("schedule.room_renamed", room, by=by, before=before, after=room.name)
    return room
