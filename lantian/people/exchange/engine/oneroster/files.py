"""The files of the CSV binding: names, columns in order, what must be there, and the manifest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

MANIFEST_FILE = "manifest.csv"
VERSION = "1.2"
MANIFEST_VERSION = "1.0"
COMMON = ("sourcedId", "status", "dateLastModified")
STATUSES = ("active", "tobedeleted")
EXTENSION = "ext:"  # any closed vocabulary of OneRoster may be widened by words that begin so


class Binding(StrEnum):
    """How a file stands in the manifest."""

    BULK = "bulk"
    DELTA = "delta"
    ABSENT = "absent"


@dataclass(frozen=True)
class FileSpec:
    """One CSV file. `columns` in the order of the standard, our own `metadata.cn.*` columns (`extra`) after them.

    `required` must hold a value in every row; `closed` are vocabularies; `dates` are YYYY-MM-DD; `lists` hold several values in
    one cell, parted by commas; `sealed` are personal facts that leave the house only for whoever may have them.
    """

    entity: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    extra: tuple[str, ...] = ()
    closed: Mapping[str, tuple[str, ...]] | None = None
    dates: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    sealed: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.entity}.csv"

    @property
    def all_columns(self) -> tuple[str, ...]:
        return (*self.columns, *self.extra)


def _spec(entity: str, columns: str, required: str, **more: object) -> FileSpec:
    names, needed = (*COMMON, *columns.split()), ("sourcedId", *required.split())
    return FileSpec(entity, names, needed, **more)  # type: ignore[arg-type]  # by field name


TRUTH = ("true", "false")
ROLES = (
    "aide", "counselor", "districtAdministrator", "guardian", "parent", "principal", "proctor", "relative",
    "siteAdministrator", "student", "systemAdministrator", "teacher",
)  # fmt: skip

FILES: dict[str, FileSpec] = {
    spec.entity: spec
    for spec in (
        _spec(
            "orgs",
            "name type identifier parentSourcedId",
            "name type",
            extra=("metadata.cn.kind", "metadata.cn.shortName", "metadata.cn.stages", "metadata.cn.setting"),
            closed={"type": ("department", "school", "district", "local", "state", "national")},
        ),
        _spec(
            "academicSessions",
            "title type startDate endDate parentSourcedId schoolYear",
            "title type startDate endDate schoolYear",
            extra=("metadata.cn.termKind", "metadata.cn.orgSourcedId"),
            closed={"type": ("gradingPeriod", "semester", "schoolYear", "term")},
            dates=("startDate", "endDate"),
        ),
        _spec(
            "courses",
            "schoolYearSourcedId title courseCode grades orgSourcedId subjects subjectCodes",
            "title orgSourcedId",
            extra=("metadata.cn.derived",),
            lists=("grades", "subjects", "subjectCodes"),
            closed={"metadata.cn.derived": TRUTH},
        ),
        _spec(
            "classes",
            "title grades courseSourcedId classCode classType location schoolSourcedId termSourcedIds subjects"
            " subjectCodes periods",
            "title courseSourcedId classType schoolSourcedId termSourcedIds",
            extra=("metadata.cn.stage", "metadata.cn.grade", "metadata.cn.number", "metadata.cn.entryYear"),
            closed={"classType": ("homeroom", "scheduled")},
            lists=("grades", "termSourcedIds", "subjects", "subjectCodes", "periods"),
        ),
        _spec(
            "users",
            "enabledUser username userIds givenName familyName middleName identifier email sms phone agentSourcedIds"
            " grades password userMasterIdentifier resourceSourcedIds preferredGivenName preferredMiddleName"
            " preferredFamilyName primaryOrgSourcedId pronouns",
            "enabledUser givenName familyName",
            extra=("metadata.cn.name", "metadata.cn.citizenId", "metadata.cn.studentNumber", "metadata.cn.relations"),
            closed={"enabledUser": TRUTH},
            lists=("agentSourcedIds", "grades", "metadata.cn.relations"),
            sealed=("identifier", "sms", "phone", "metadata.cn.citizenId", "metadata.cn.studentNumber"),
        ),
        _spec(
            "demographics",
            "birthDate sex americanIndianOrAlaskaNative asian blackOrAfricanAmerican"
            " nativeHawaiianOrOtherPacificIslander white demographicRaceTwoOrMoreRaces hispanicOrLatinoEthnicity"
            " countryOfBirthCode stateOfBirthAbbreviation cityOfBirth publicSchoolResidenceStatus",
            "",
            closed={"sex": ("male", "female", "unspecified", "other")},
            dates=("birthDate",),
        ),
        _spec(
            "roles",
            "userSourcedId roleType role beginDate endDate orgSourcedId userProfileSourcedId",
            "userSourcedId roleType role orgSourcedId",
            extra=("metadata.cn.role", "metadata.cn.subject", "metadata.cn.membership"),
            closed={"roleType": ("primary", "secondary"), "role": ROLES, "metadata.cn.membership": TRUTH},
            dates=("beginDate", "endDate"),
        ),
        _spec(
            "enrollments",
            "classSourcedId schoolSourcedId userSourcedId role primary beginDate endDate",
            "classSourcedId schoolSourcedId userSourcedId role",
            extra=("metadata.cn.role", "metadata.cn.subject", "metadata.cn.endReason"),
            closed={"role": ("administrator", "proctor", "student", "teacher"), "primary": TRUTH},
            dates=("beginDate", "endDate"),
        ),
    )
}

# Files of the standard that hold nothing of ours; the manifest names them absent.
OTHERS = (
    "categories", "classResources", "courseResources", "lineItemLearningObjectiveIds", "lineItems", "lineItemScoreScales",
    "resources", "resultLearningObjectiveIds", "results", "resultScoreScales", "scoreScales", "userProfiles", "userResources",
)  # fmt: skip


def manifest_rows(files: Mapping[str, Binding], *, system: str, code: str = "") -> list[tuple[str, str]]:
    """The rows of manifest.csv (propertyName, value); `files` gives each entity's binding, all others are absent."""
    names = sorted((*FILES, *OTHERS), key=str.lower)
    return [
        ("propertyName", "value"),
        ("manifest.version", MANIFEST_VERSION),
        ("oneroster.version", VERSION),
        *((f"file.{name}", str(files.get(name, Binding.ABSENT))) for name in names),
        ("source.systemName", system),
        ("source.systemCode", code),
    ]


@dataclass(frozen=True)
class Manifest:
    """What a manifest says: the binding of each file of ours, the version, and faults as (code, property, value)."""

    files: Mapping[str, Binding]
    version: str
    system: str
    faults: tuple[tuple[str, str, str], ...]


def read_manifest(rows: Iterable[list[str]]) -> Manifest:
    """Read manifest.csv's rows, its head included. Unknown properties are passed over, as the standard asks."""
    said: dict[str, str] = {}
    for row in rows:
        if len(row) >= 2:
            said[row[0].strip()] = row[1].strip()
    faults = []
    version = said.get("oneroster.version", "")
    if version and not version.startswith("1.2"):
        faults.append(("manifest_version", "oneroster.version", version))
    files = {}
    for entity in FILES:
        word = said.get(f"file.{entity}", "").lower()
        if word in set(Binding):
            files[entity] = Binding(word)
        elif word:
            faults.append(("manifest_value", f"file.{entity}", word))
    return Manifest(files, version, said.get("source.systemName", ""), tuple(faults))
