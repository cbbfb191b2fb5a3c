"""Units: known, new, changed, moved, closed; and within what one may do."""

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from lantian.kernel.rules import check, within
from lantian.people.exchange.enums import Entity, RowAction
from lantian.people.exchange.services.checking.work import Place, Row, Work, as_uuid, reason_of
from lantian.people.roster import queries, rules
from lantian.people.roster.enums import MAY_STAND_BELOW

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization

FIELDS = ("name", "short_name", "code", "stages", "setting")
DEEPEST = 12


class OrganizationCheck:
    """One pass over orgs.csv, and over every unit that another file names."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.rows = work.rows(Entity.ORGS)
        self.by_key: dict[str, Row] = {}
        for row in self.rows:
            self.by_key.setdefault(row.key, row)
        self.said = work.keys(Entity.ORGS)
        self.known = self._known()
        # key → the unit as it will be (not saved), or None when the row cannot be used
        self.resolved: dict[str, Place | None] = {}
        self.kinds: dict[int, str] = {}  # id of a row → what its place says the unit is

    def _known(self) -> "dict[str, Organization]":
        """The unit that each key means, as far as we have it: by the source's key, by id, by code."""
        work = self.work
        work.cursor.execute(
            "SELECT DISTINCT org_key FROM exchange_stagedrow WHERE run_id = %s AND org_key <> ''", [work.run.pk]
        )
        keys = {key for (key,) in work.cursor.fetchall()} | set(self.by_key)
        codes = {str(row.data["code"]) for row in self.rows if row.data.get("code")}
        ids = {self.said[key] for key in keys if key in self.said} | {own for key in keys if (own := as_uuid(key))}
        units = list(queries.organizations_known(ids, codes))
        by_id, by_code = {unit.pk: unit for unit in units}, {unit.code: unit for unit in units if unit.code}
        found: dict[str, Organization] = {}
        for key in keys:
            row = self.by_key.get(key)
            code = str(row.data.get("code", "")) if row else ""
            unit = by_id.get(self.said.get(key, uuid4())) or by_id.get(as_uuid(key) or uuid4()) or by_code.get(code)
            if unit is not None:
                found[key] = unit
        self.codes = {unit.code: unit.pk for unit in units if unit.code}
        self.wanted = keys
        return found

    def run(self) -> None:
        for row in self.rows:
            self._resolve(row.key, 0)
        taken: dict[UUID, Row] = {}
        for row in self.rows:
            unit = self.known.get(row.key)
            if unit is not None and not self.work.is_bad(row):
                if unit.pk in taken:
                    self.work.error(Entity.ORGS, row, "same_thing_twice", "sourcedId", row=taken[unit.pk].row_no)
                taken[unit.pk] = row
        for row in self.rows:
            self._judge(row)
        self._removals()
        self._write_references()
        self.work.settle(Entity.ORGS)
        for pk, kind in self.kinds.items():
            told = "data || jsonb_build_object('kind', %(kind)s::text)"
            self.work.sql(f"UPDATE exchange_stagedrow SET data = {told} WHERE id = %(pk)s", pk=pk, kind=kind)

    def _resolve(self, key: str, depth: int) -> Place | None:
        """The unit a key means, new ones under their parents. What cannot be is said at its row."""
        if key in self.resolved:
            return self.resolved[key]
        row, known = self.by_key.get(key), self.known.get(key)
        here = Place(known.pk, known.kind, known.path, known.parent_id) if known else None
        self.resolved[key] = here  # also ends a circle of parents
        if here is not None or row is None:
            return here
        if row.removed or self.work.is_bad(row):
            return None
        self.resolved[key] = made = self._new(row, depth)
        return made

    def _new(self, row: Row, depth: int) -> Place | None:
        work = self.work
        if not row.org_key or depth > DEEPEST:
            work.error(Entity.ORGS, row, "no_parent", "parentSourcedId")
            return None
        parent = self._resolve(row.org_key, depth + 1)
        if parent is None:
            listed = row.org_key in self.by_key
            work.error(
                Entity.ORGS, row, "depends_on_error" if listed else "unknown_org", "parentSourcedId", value=row.org_key
            )
            return None
        kind = row.data.get("kind")
        if kind == "school" and row.data.get("guessed") and parent.kind in {"school", "campus"}:
            kind = "campus" if parent.kind == "school" else "teaching_point"
        if kind is None:
            work.warn(Entity.ORGS, row, "org_not_imported", "type")
            work.say(row, RowAction.SKIP, None)
            return None
        if not within(parent.path, work.scope):
            work.error(Entity.ORGS, row, "out_of_scope", "parentSourcedId")
            return None
        if kind not in MAY_STAND_BELOW[parent.kind]:
            work.error(Entity.ORGS, row, "wrong_place", "parentSourcedId", kind=kind, parent=str(parent.kind))
            return None
        verdict = check(rules.may_create_organization, work.actor, parent)
        if not verdict:
            work.error(Entity.ORGS, row, "not_allowed", "", reason=reason_of(verdict))
            return None
        if row.data["kind"] != kind:
            row.data["kind"] = self.kinds[row.id] = str(kind)
        new_id = as_uuid(row.key) or uuid4()
        return Place(new_id, str(kind), f"{parent.path}.{new_id.hex}", parent.pk, new=True)

    def _judge(self, row: Row) -> None:
        work, unit = self.work, self.resolved.get(row.key)
        if work.is_bad(row) or unit is None:
            if row.removed:
                work.say(row, RowAction.LEAVE, None)
            return
        code = row.data.get("code")
        if code and self.codes.setdefault(code, unit.pk) != unit.pk:
            work.error(Entity.ORGS, row, "code_taken", "identifier", value=code)
        elif unit.new:
            work.say(row, RowAction.CREATE, unit.pk, org_id=unit.pk)
        elif row.removed:
            self._close(row, unit)
        elif not within(unit.path, work.scope):
            work.say(row, RowAction.LEAVE, unit.pk, org_id=unit.pk)
        else:
            self._compare(row, unit)

    def _compare(self, row: Row, place: Place) -> None:
        work, unit = self.work, self.known[row.key]
        before: dict[str, Any] = {
            name: getattr(unit, name) for name in FIELDS if name in row.data and row.data[name] != getattr(unit, name)
        }
        if not unit.is_active:
            before["is_active"] = False
        parent = self._resolve(row.org_key, 0) if row.org_key else None
        if parent is not None and parent.pk != unit.parent_id and unit.pk != work.run.organization_id:
            before["parent"] = str(unit.parent_id)
        if "kind" in row.data and row.data["kind"] != unit.kind and not row.data.get("guessed"):
            work.warn(Entity.ORGS, row, "kind_kept", "metadata.cn.kind", kind=str(unit.kind))
        verdicts = [check(rules.may_update_organization, work.actor, unit)]
        if {"name", "code", "is_active"} & set(before):
            verdicts.append(check(rules.may_deactivate_organization, work.actor, unit))
        if "parent" in before:
            verdicts.append(check(rules.may_move_organization, work.actor, unit, parent))
        refused = next((verdict for verdict in verdicts if not verdict), None)
        if before and refused is not None:
            work.warn(Entity.ORGS, row, "kept_by_rule", "", reason=reason_of(refused))
            before = {}
        action = RowAction.CHANGE if before else RowAction.LEAVE
        work.say(
            row, action, unit.pk, org_id=parent.pk if "parent" in before and parent else unit.pk, before=before or None
        )

    def _close(self, row: Row, place: Place) -> None:
        work, unit = self.work, self.known[row.key]
        if not unit.is_active or not within(unit.path, work.scope):
            work.say(row, RowAction.LEAVE, unit.pk, org_id=unit.pk)
            return
        verdict = check(rules.may_deactivate_organization, work.actor, unit)
        if not verdict:
            work.error(Entity.ORGS, row, "not_allowed", "status", reason=reason_of(verdict))
            return
        row.data["name"] = unit.name
        work.say(row, RowAction.REMOVE, unit.pk, org_id=unit.pk)

    def _removals(self) -> None:
        work = self.work
        if not work.is_bulk(Entity.ORGS):
            return
        named = {unit.pk for key in self.by_key if (unit := self.known.get(key))}
        gone = {
            object_id: key for key, object_id in self.said.items() if key not in self.by_key and object_id not in named
        }
        units = queries.organizations_known(gone).filter(is_active=True, path__within=work.scope)
        for unit in units.exclude(pk=work.run.organization_id):
            if check(rules.may_deactivate_organization, work.actor, unit):
                work.remove(Entity.ORGS, gone[unit.pk], unit.pk, unit.pk, {"name": unit.name})

    def _write_references(self) -> None:
        rows = []
        for key in self.wanted:
            unit = self._resolve(key, 0)
            if unit is not None:
                new_and_bad = unit.new and self.work.is_bad(self.by_key[key])
                rows.append((key, unit.pk, not new_and_bad, within(unit.path, self.work.scope)))
        self.work.copy("ref_orgs", ("key", "id", "ok", "in_scope"), rows)
