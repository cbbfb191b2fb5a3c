"""Flat records (one per CSV row, under the standard's column names) ↔ the JSON of the REST binding."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Flat = dict[str, Any]
Link = Callable[[str, str], dict[str, str]]

# Collection → (its set's name in JSON, one record's name).
SETS = {
    "academicSessions": ("academicSessions", "academicSession"),
    "classes": ("classes", "class"),
    "courses": ("courses", "course"),
    "demographics": ("demographics", "demographics"),
    "enrollments": ("enrollments", "enrollment"),
    "orgs": ("orgs", "org"),
    "users": ("users", "user"),
}
# CSV column → (property, kind of thing, whether it is a list) of references.
_REFERENCES: dict[str, dict[str, tuple[str, str, bool]]] = {
    "orgs": {"parentSourcedId": ("parent", "org", False)},
    "academicSessions": {"parentSourcedId": ("parent", "academicSession", False)},
    "courses": {
        "schoolYearSourcedId": ("schoolYear", "academicSession", False),
        "orgSourcedId": ("org", "org", False),
    },
    "classes": {
        "courseSourcedId": ("course", "course", False),
        "schoolSourcedId": ("school", "org", False),
        "termSourcedIds": ("terms", "academicSession", True),
    },
    "users": {"agentSourcedIds": ("agents", "user", True), "primaryOrgSourcedId": ("primaryOrg", "org", False)},
    "enrollments": {
        "classSourcedId": ("class", "class", False),
        "schoolSourcedId": ("school", "org", False),
        "userSourcedId": ("user", "user", False),
    },
    "demographics": {},
}
# Always there, an empty text when there is nothing to say: the standard wants them.
_ALWAYS = {"orgs": ("identifier",), "courses": ("courseCode",)}
COLLECTION_OF = {
    "org": "orgs",
    "academicSession": "academicSessions",
    "course": "courses",
    "class": "classes",
    "user": "users",
}
_COMMON = "sourcedId status dateLastModified metadata"
FIELDS: dict[str, frozenset[str]] = {
    name: frozenset(f"{_COMMON} {words}".split())
    for name, words in {
        "academicSessions": "title startDate endDate type parent children schoolYear",
        "classes": "title classCode classType location grades subjects course school terms subjectCodes periods resources",
        "courses": "title schoolYear courseCode grades subjects org subjectCodes resources",
        "demographics": "birthDate sex americanIndianOrAlaskaNative asian blackOrAfricanAmerican"
        " nativeHawaiianOrOtherPacificIslander white demographicRaceTwoOrMoreRaces hispanicOrLatinoEthnicity"
        " countryOfBirthCode stateOfBirthAbbreviation cityOfBirth publicSchoolResidenceStatus",
        "enrollments": "user class school role primary beginDate endDate",
        "orgs": "name type identifier parent children",
        "users": "userMasterIdentifier username userIds enabledUser givenName familyName middleName preferredFirstName"
        " preferredMiddleName preferredLastName pronouns roles userProfiles primaryOrg identifier email sms phone agents"
        " grades password resources",
    }.items()
}


def linker(base: str) -> Link:
    """Makes references; `base` is the address of the service without a slash at its end."""

    def link(kind: str, sourced_id: str) -> dict[str, str]:
        return {"href": f"{base}/{COLLECTION_OF[kind]}/{sourced_id}", "sourcedId": sourced_id, "type": kind}

    return link


def as_json(entity: str, flat: Flat, link: Link) -> dict[str, Any]:
    """A flat record as the REST binding has it. `flat["roles"]` of a user are flat records of roles.csv."""
    references = _REFERENCES[entity]
    out: dict[str, Any] = {}
    metadata: dict[str, Any] = {}
    for name, value in flat.items():
        if value in ("", []):
            continue
        if name.startswith("metadata."):
            metadata[name[9:]] = value
        elif name in references:
            prop, kind, many = references[name]
            out[prop] = [link(kind, one) for one in value] if many else link(kind, value)
        elif name == "roles":
            out["roles"] = [_role(role, link) for role in value]
        else:
            out[name] = value
    for name in _ALWAYS.get(entity, ()):
        out.setdefault(name, "")
    if metadata:
        out["metadata"] = metadata
    return out


def _role(flat: Flat, link: Link) -> dict[str, Any]:
    out = {"roleType": flat["roleType"], "role": flat["role"], "org": link("org", flat["orgSourcedId"])}
    for name in ("beginDate", "endDate"):
        if flat.get(name):
            out[name] = flat[name]
    return out


def selected(record: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """Only the named fields of a JSON record."""
    wanted = {name.partition(".")[0] for name in fields}
    return {name: value for name, value in record.items() if name in wanted}
