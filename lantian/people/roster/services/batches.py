"""One action on many people: prepared (who, who not and why), confirmed, done one by one by the worker, stopped if wished.

Every person is a transaction of its own, with the item that says so: a killed worker goes on with the next, and nobody is
done twice. What may be done to a person is asked again at that moment.
"""

from collections.abc import Callable, Collection
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from lantian.kernel import jobs
from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal import services as journal
from lantian.kernel.rules import Actor, Denied, Verdict, require
from lantian.people.identity.errors import IdentityError
from lantian.people.identity.services.accounts import close_account, reopen_account, reset_account
from lantian.people.roster import events
from lantian.people.roster.enums import BatchAction, BatchItemState, BatchState, MemberRole
from lantian.people.roster.errors import (
    BatchOver,
    ClassOfAnotherSchool,
    NobodyToActOn,
    ReasonNeeded,
    RosterError,
    TooManyPicked,
)
from lantian.people.roster.models import Batch, BatchItem, ClassGroup, Membership, Person
from lantian.people.roster.queries import people_visible_to
from lantian.people.roster.queries.actors import actor_of_person
from lantian.people.roster.queries.batches import counts_of, memberships_today, students_today
from lantian.people.roster.rules.batches import may_act_on_many, may_run_batch
from lantian.people.roster.rules.managing import keeping_verdicts, manages
from lantian.people.roster.services.accounts import open_account_for
from lantian.people.roster.services.memberships import end_membership
from lantian.people.roster.services.moves import move_students

MOST = 5000  # people in one batch
CODES_KEPT = timedelta(hours=24)
UNDER_WAY = (BatchState.WAITING, BatchState.RUNNING)
ABOUT_ACCOUNTS = (BatchAction.SLIPS, BatchAction.RESET, BatchAction.SUSPEND, BatchAction.RESTORE)
SHORTEST_REASON = 4
log = structlog.get_logger("roster")


@transaction.atomic
def prepare_batch(action: str, people: Collection[UUID], *, by: Actor) -> Batch:
    """Put down what would be done to whom, and who is left out and why. Nothing is done yet.

    People out of sight are not in it at all. Raises Denied, NobodyToActOn, TooManyPicked; ValueError for an unknown action.
    """
    require(may_act_on_many, by)
    action = BatchAction(action)
    assert by.grant is not None
    assert by.person_id is not None
    rows = people_visible_to(by).filter(pk__in=list(people)[: MOST + 1]).select_related("account")
    found = list(rows.defer("search_text").order_by("sort_key", "pk")[: MOST + 1])
    if not found:
        raise NobodyToActOn
    if len(found) > MOST or len(people) > MOST:
        raise TooManyPicked(MOST)
    batch = Batch.objects.create(
        organization_id=by.grant.organization_id, action=action, created_by_id=by.person_id, grant_id=by.grant.id
    )
    obstacles = _obstacles(action, found, by)
    BatchItem.objects.bulk_create(
        [
            BatchItem(
                batch=batch,
                person=person,
                state=BatchItemState.LEFT_OUT if obstacles.get(person.pk) else BatchItemState.READY,
                reason=obstacles.get(person.pk, "")[:200],
            )
            for person in found
        ],
        batch_size=1000,
    )
    return batch


def _obstacles(action: BatchAction, people: list[Person], by: Actor) -> dict[UUID, str]:
    """Why nothing is done to some of them; a fixed number of queries."""
    ids = [person.pk for person in people]
    if action in ABOUT_ACCOUNTS:
        verdicts = keeping_verdicts(by, ids)
        return {
            person.pk: why
            for person in people
            if (why := _refusal(verdicts[person.pk]) or _account_obstacle(action, person))
        }
    rows = students_today(ids) if action == BatchAction.MOVE else memberships_today(ids)
    there: set[UUID] = set()
    managed: set[UUID] = set()
    for row in rows:
        there.add(row.person_id)
        if manages(by, row.organization.path):
            managed.add(row.person_id)
    nothing = _("不是在读学生") if action == BatchAction.MOVE else _("现在不属于任何单位")
    above = _("所在单位不归您管理")
    return {pk: above if pk in there else nothing for pk in ids if pk not in managed}


def _refusal(verdict: Verdict) -> str:
    return "" if verdict else str(verdict.reason)


def _account_obstacle(action: BatchAction, person: Person) -> str:
    account = person.account
    if account is None:
        return "" if action == BatchAction.SLIPS else _("还没有账号，请先发放登录纸条")
    if action == BatchAction.RESTORE:
        return _("账号正在使用，不用恢复") if account.is_active else ""
    if not account.is_active:
        return _("账号已停用") if action == BatchAction.SUSPEND else _("账号已停用，请先恢复")
    if action == BatchAction.SLIPS and not account.must_set_password:
        return _("已经登录过，不用再发；忘记密码请重置")
    return ""


@transaction.atomic
def confirm_batch(batch: Batch, *, by: Actor, **asked: Any) -> Batch:
    """Have it done by the worker. `asked`: `reason` (suspend, end), `target` (class to move to), `last_day` and `end_reason`.

    Confirming twice does it once. Raises Denied, BatchOver, ReasonNeeded, NobodyToActOn, ClassOfAnotherSchool.
    """
    row = Batch.objects.select_for_update(of=("self",)).select_related("organization").get(pk=batch.pk)
    require(may_run_batch, by, row)
    if row.state in UNDER_WAY:
        return row
    if row.state != BatchState.DRAFT:
        raise BatchOver
    if not row.items.filter(state=BatchItemState.READY).exists():
        raise NobodyToActOn
    row.asked = _checked(row, asked, by)
    row.state = BatchState.WAITING
    row.save(update_fields=["asked", "state"])
    journal.record(
        "roster.batch_started", row.organization, by=by, batch=row.action, count=counts_of(row)[BatchItemState.READY]
    )
    jobs.enqueue("roster.batch", batch=str(row.pk), lock=f"roster.batch.{row.pk}")
    return row


def _checked(batch: Batch, asked: dict[str, Any], by: Actor) -> dict[str, Any]:
    kept: dict[str, Any] = {"reason": str(asked.get("reason") or "").strip()[:200]}
    if batch.action in (BatchAction.SUSPEND, BatchAction.END) and len(kept["reason"]) < SHORTEST_REASON:
        raise ReasonNeeded
    if batch.action == BatchAction.MOVE:
        target: ClassGroup | None = asked.get("target")
        if target is None or not target.is_active or not manages(by, target.organization.path):
            raise ClassOfAnotherSchool
        kept |= {"target": str(target.pk), "target_name": target.name}
    if batch.action == BatchAction.END:
        last: date = asked.get("last_day") or timezone.localdate()
        kept |= {"last_day": last.isoformat(), "end_reason": str(asked.get("end_reason") or "")}
    return kept


@transaction.atomic
def cancel_batch(batch: Batch, *, by: Actor) -> None:
    """Stop after the person that is under way; a draft is given up. What is done stays done. Raises Denied."""
    require(may_run_batch, by, batch)
    Batch.objects.filter(pk=batch.pk, state__in=UNDER_WAY).update(cancel_asked=True)
    Batch.objects.filter(pk=batch.pk, state=BatchState.DRAFT).update(state=BatchState.CANCELLED, finished_at=Now())


def run_batch(batch_id: UUID | str) -> None:
    """The worker's part. Safe to repeat: it goes on with those who are still waiting."""
    batch = Batch.objects.select_related("organization", "created_by__account").get(pk=batch_id)
    if batch.state not in UNDER_WAY:
        return
    Batch.objects.filter(pk=batch.pk).update(state=BatchState.RUNNING)
    by = actor_of_person(batch.created_by, batch.grant_id)
    account = batch.created_by.account
    language = (account.language if account else "") or settings.LANGUAGE_CODE
    act = _acts(batch)
    with translation.override(language):  # reasons are kept in the words of whoever reads them
        for pk in list(batch.items.filter(state=BatchItemState.READY).order_by("pk").values_list("pk", flat=True)):
            batch.refresh_from_db(fields=["cancel_asked"])
            if batch.cancel_asked:
                break
            # asked anew for each: a role may be taken back, or end with the day, while the worker is at it
            by = actor_of_person(batch.created_by, batch.grant_id)
            _do(pk, batch, by, act)
    _finish(batch, by)


def _do(item_id: int, batch: Batch, by: Actor, act: Callable[[Person, Actor], str]) -> None:
    with transaction.atomic():
        item = BatchItem.objects.select_for_update(of=("self",)).select_related("person__account").get(pk=item_id)
        if item.state != BatchItemState.READY:
            return
        try:
            with transaction.atomic():
                if by.grant is None or by.grant.id != batch.grant_id:
                    raise Denied(_("发起人的授权已经失效"), rule="roster.run_batch")
                item.code = act(item.person, by) or None
                item.state = BatchItemState.DONE
        except (RosterError, IdentityError) as error:
            item.state, item.reason = BatchItemState.FAILED, str(error.message)[:200]
        except Denied as refused:
            item.state, item.reason = BatchItemState.FAILED, str(refused.reason)[:200]
        except Exception:
            log.exception("batch_item_failed", batch=str(batch.pk), item=item_id)
            item.state, item.reason = BatchItemState.FAILED, _("出了意外，没有改动；请在本人页面再试")
        item.save(update_fields=["state", "reason", "code"])


def _acts(batch: Batch) -> Callable[[Person, Actor], str]:
    """What is done to one person; it answers with a new activation code, or "" when there is none."""
    asked = batch.asked
    if batch.action == BatchAction.MOVE:
        target = ClassGroup.objects.select_related("organization").get(pk=asked["target"])
        return lambda person, by: _move(person, target, asked["reason"], by)
    if batch.action == BatchAction.END:
        return lambda person, by: _end(person, asked, by)
    return {
        BatchAction.SLIPS: _slip,
        BatchAction.RESET: _reset,
        BatchAction.SUSPEND: lambda person, by: _suspend(person, asked["reason"], by),
        BatchAction.RESTORE: _restore,
    }[BatchAction(batch.action)]


def _still(action: BatchAction, person: Person) -> None:
    """What stood against it may have come about since the preview."""
    why = _account_obstacle(action, person)
    if why:
        raise RosterError(why)


def _slip(person: Person, by: Actor) -> str:
    _still(BatchAction.SLIPS, person)
    if person.account is None:
        return open_account_for(person, by=by).code or ""
    return reset_account(person.account, by=by)


def _reset(person: Person, by: Actor) -> str:
    _still(BatchAction.RESET, person)
    assert person.account is not None
    return reset_account(person.account, by=by)


def _suspend(person: Person, reason: str, by: Actor) -> str:
    _still(BatchAction.SUSPEND, person)
    assert person.account is not None
    close_account(person.account, by=by, reason=reason)
    return ""


def _restore(person: Person, by: Actor) -> str:
    _still(BatchAction.RESTORE, person)
    assert person.account is not None
    reopen_account(person.account, by=by)
    return ""


def _move(person: Person, target: ClassGroup, reason: str, by: Actor) -> str:
    rows = [row for row in students_today([person.pk]) if manages(by, row.organization.path)]
    if any(row.class_group_id == target.pk for row in rows):
        raise RosterError(_("已经在这个班"))
    if not rows:
        raise RosterError(_("不是在读学生"))
    source = next(
        (row.class_group for row in rows if row.organization_id == target.organization_id), rows[0].class_group
    )
    assert source is not None
    move_students([person.pk], source=source, target=target, by=by, reason=reason)
    return ""


def _end(person: Person, asked: dict[str, Any], by: Actor) -> str:
    """All that the person is in units that the actor manages."""
    last = date.fromisoformat(asked["last_day"])
    rows = [row for row in memberships_today([person.pk]) if manages(by, row.organization.path)]
    rows = [row for row in rows if row.valid_to is None or row.valid_to > last]
    if not rows:
        raise RosterError(_("现在不属于您管理的单位"))
    for row in rows:
        _end_one(row, last, asked, by)
    return ""


def _end_one(row: Membership, last: date, asked: dict[str, Any], by: Actor) -> None:
    reason = asked["end_reason"] if row.role == MemberRole.STUDENT else ""
    end_membership(row, by=by, on=max(last, row.valid_from), reason=asked["reason"], end_reason=reason)


@transaction.atomic
def _finish(batch: Batch, by: Actor) -> None:
    state = BatchState.CANCELLED if batch.cancel_asked else BatchState.DONE
    Batch.objects.filter(pk=batch.pk).update(state=state, finished_at=Now())
    counts = counts_of(batch)
    done, failed = counts[BatchItemState.DONE], counts[BatchItemState.FAILED]
    journal.record("roster.batch_done", batch.organization, by=by, batch=batch.action, done=done, failed=failed)
    publish(
        events.BatchDone(
            object_id=batch.pk,
            organization_id=batch.organization_id,
            action=batch.action,
            count=done,
            **acted_by(by),
        )
    )


@transaction.atomic
def show_codes(batch: Batch, *, by: Actor) -> None:
    """Write down that the codes were opened for printing. Raises Denied."""
    require(may_run_batch, by, batch)
    count = batch.items.filter(code__isnull=False).count()
    journal.record("roster.slips_issued", batch.organization, by=by, count=count, batch=batch.action)


@transaction.atomic
def forget_codes(batch: Batch, *, by: Actor) -> int:
    """Put the printed codes away for good; accounts keep them. Returns how many. Raises Denied."""
    require(may_run_batch, by, batch)
    return batch.items.filter(code__isnull=False).update(code=None)


def forget_old_codes() -> int:
    """Put away the codes of batches that were finished a day ago. Returns how many."""
    old = timezone.now() - CODES_KEPT
    return BatchItem.objects.filter(batch__finished_at__lt=old, code__isnull=False).update(code=None)
