"""The schools and classes that the lists of a run may name."""

from dataclasses import dataclass
from uuid import UUID

from lantian.kernel.rules import SYSTEM
from lantian.people.exchange.engine.sheets import cells
from lantian.people.exchange.engine.sheets.cells import CellFault
from lantian.people.exchange.engine.sheets.grids import squeezed
from lantian.people.exchange.engine.sheets.rows import ClassPlace, Parsed
from lantian.people.exchange.models import ImportRun
from lantian.people.roster import queries
from lantian.people.roster.enums import SCHOOL_KINDS


@dataclass(frozen=True)
class School:
    pk: UUID
    name: str
    short_name: str
    code: str
    path: str
    stages: tuple[str, ...]


class Places:
    """Schools within the scope of a run, by code and name; and their homeroom classes of today."""

    def __init__(self, run: ImportRun) -> None:
        units = queries.organizations_visible_to(SYSTEM).filter(
            path__within=run.organization.path, kind__in=SCHOOL_KINDS, is_active=True
        )
        self.schools = {
            unit.pk: School(unit.pk, unit.name, unit.short_name, unit.code, unit.path, tuple(unit.stages))
            for unit in units
        }
        self._by_code = {school.code: school for school in self.schools.values() if school.code}
        self._by_name: dict[str, list[School]] = {}
        for school in self.schools.values():
            for name in {squeezed(school.name), squeezed(school.short_name)} - {""}:
                self._by_name.setdefault(name, []).append(school)
        self.own = self.schools.get(run.organization_id)
        groups = queries.class_groups_within(run.organization.path).filter(is_active=True, kind="homeroom")
        self.classes: dict[tuple[UUID, int, int], UUID] = {}
        self.names: dict[tuple[UUID, int, int], str] = {}
        for pk, org, grade, number, name in groups.values_list("pk", "organization_id", "grade", "number", "name"):
            self.classes[org, grade, number] = pk
            self.names[org, grade, number] = name

    def in_name(self, text: str) -> School | None:
        """The one school whose name stands in a file's name; the longest, when one name holds another."""
        word = squeezed(text)
        found = [(len(name), schools) for name, schools in self._by_name.items() if len(name) >= 3 and name in word]
        if not found:
            return None
        longest = max(length for length, _schools in found)
        best = [school for length, schools in found if length == longest for school in schools]
        return best[0] if len(best) == 1 else None

    def said_by(self, row: Parsed) -> School | CellFault | None:
        """The school that a row names, or why it cannot be told; None when it names none."""
        if row.school_code:
            found = self._by_code.get(row.school_code) or self._by_code.get(row.school_code.zfill(10))
            if found is None:
                return CellFault("school_code", "sheet_school_unknown", params={"value": cells.said(row.school_code)})
            return found
        if row.school_name:
            schools = self._by_name.get(squeezed(row.school_name), [])
            if len(schools) == 1:
                return schools[0]
            code = "sheet_school_several" if schools else "sheet_school_unknown"
            return CellFault("school_name", code, params={"value": cells.said(row.school_name)})
        return None

    def school_of(self, row: Parsed, organization_id: UUID | None) -> School | CellFault:
        """Whose row it is: what it names, else the file's school. A file of one school names no other."""
        of_file = self.schools.get(organization_id) if organization_id else self.own
        said = self.said_by(row)
        if isinstance(said, CellFault):
            return said
        if said is None:
            return of_file or CellFault("school_name", "sheet_school_none")
        if of_file is not None and not (said.path == of_file.path or said.path.startswith(f"{of_file.path}.")):
            key = "school_code" if row.school_code else "school_name"
            return CellFault(key, "sheet_school_other", params={"value": said.name, "school": of_file.name})
        return said

    def class_id(self, school: School, place: ClassPlace) -> UUID | None:
        return self.classes.get((school.pk, place.grade, place.number))

    def class_names(self, school_id: UUID | None) -> list[str]:
        """What the classes of a school are called, in order of grade and number."""
        return [self.names[key] for key in sorted(self.names) if key[0] == school_id]
