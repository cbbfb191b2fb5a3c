"""A recorder from its registration to its being stopped."""

import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.utils import timezone

from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor, require
from lantian.teach.recorders import queries, rules
from lantian.teach.recorders.enums import State, Way
from lantian.teach.recorders.errors import BadAddress, RoomTaken
from lantian.teach.recorders.models import Recorder

if TYPE_CHECKING:
    from lantian.people.schedule.models import Room

KEY_BYTES = 12  # 24 characters: boxes have short fields, and some no others than letters and digits


def _new_key() -> str:
    return secrets.token_hex(KEY_BYTES)


def _address(text: str) -> str:
    """Raises BadAddress."""
    found = text.strip()
    try:
        parts = urlsplit(found)
        host = parts.hostname
        parts.port  # noqa: B018 - raises for one that is no number
    except ValueError as error:
        raise BadAddress from error
    if parts.scheme not in {"rtsp", "rtsps"} or not host or any(sign.isspace() for sign in found):
        raise BadAddress
    return found


@transaction.atomic
def register_recorder(
    *, room: "Room", name: str, way: Way, make: str = "", address: str = "", follows: bool = True, by: Actor
) -> tuple[Recorder, str]:
    """A recorder of a room, and the key that it shows (empty for one that is asked): nobody can read it again.

    `address`: of a camera that is asked (rtsp://…). Raises Denied, RoomTaken, BadAddress.
    """
    require(rules.may_manage_recorders, by, room.organization)
    key = _new_key() if way == Way.RTMP else ""
    found = Recorder(
        room=room, organization=room.organization, name=name.strip(), make=make.strip(), way=way, follows=follows
    )
    if key:
        found.key_index, found.key_made_at = queries.key_index(key), timezone.now()
    else:
        found.address = _address(address)
    try:
        with transaction.atomic():
            found.save(force_insert=True)
    except IntegrityError as error:
        raise RoomTaken from error
    record("recorders.recorder_registered", found, by=by, name=found.name, room=room.name, way=str(way))
    return found, key


def _locked(recorder: Recorder, by: Actor) -> Recorder:
    row = Recorder.objects.select_for_update(of=("self",)).select_related("organization", "room").get(pk=recorder.pk)
    require(rules.may_manage_recorders, by, row.organization)
    return row


@transaction.atomic
def renew_key(recorder: Recorder, *, by: Actor) -> str:
    """Another key; the former one lets nobody in any more, and whoever came by it is sent away. Raises Denied, BadAddress."""
    row = _locked(recorder, by)
    if row.way != Way.RTMP:
        raise BadAddress
    key = _new_key()
    row.key_index, row.key_made_at = queries.key_index(key), timezone.now()
    row.save(update_fields=["key_index", "key_made_at"])
    record("recorders.key_renewed", row, by=by)
    return key


@transaction.atomic
def change_recorder(
    recorder: Recorder, *, name: str, make: str, follows: bool, address: str = "", by: Actor
) -> Recorder:
    """`address`: a new one for a camera; empty leaves it. Raises Denied, BadAddress."""
    row = _locked(recorder, by)
    row.name, row.make, row.follows = name.strip(), make.strip(), follows
    if address and row.way == Way.RTSP:
        row.address, row.fault = _address(address), ""
    row.save(update_fields=["name", "make", "follows", "address", "fault"])
    record("recorders.recorder_changed", row, by=by, name=row.name, follows=follows)
    return row


@transaction.atomic
def stop_recorder(recorder: Recorder, *, by: Actor) -> Recorder:
    """It may not send any more; its log stays. Again does nothing. Raises Denied."""
    row = _locked(recorder, by)
    if row.is_active:
        row.is_active, row.state, row.state_since = False, State.OFFLINE, timezone.now()
        row.save(update_fields=["is_active", "state", "state_since"])
        record("recorders.recorder_stopped", row, by=by)
    return row


@transaction.atomic
def resume_recorder(recorder: Recorder, *, by: Actor) -> Recorder:
    """Raises Denied, RoomTaken (the room has another one by now)."""
    row = _locked(recorder, by)
    if not row.is_active:
        row.is_active = True
        try:
            with transaction.atomic():
                row.save(update_fields=["is_active"])
        except IntegrityError as error:
            raise RoomTaken from error
        record("recorders.recorder_resumed", row, by=by)
    return row
