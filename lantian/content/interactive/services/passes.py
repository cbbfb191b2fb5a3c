"""Addresses on the content origin begin with a pass: signed, for one version and one person, and not for long."""

from dataclasses import dataclass
from uuid import UUID

from django.core import signing

from lantian.kernel.rules import Actor

LASTS_S = 4 * 3600
SALT = "lantian.interactive.pass"


@dataclass(frozen=True, slots=True)
class Pass:
    """`person`: None for who has not signed in. `platform`: the origin of the page that the package is shown in."""

    version: UUID
    person: UUID | None
    platform: str


def make_pass(version_id: UUID, *, platform: str, by: Actor) -> str:
    """For whoever was found to see the version."""
    person = by.person_id.hex if by.person_id else ""
    return signing.dumps([version_id.hex, person, platform], salt=SALT)


def read_pass(text: str) -> Pass | None:
    """None for what we did not sign, and for what is over."""
    try:
        version, person, platform = signing.loads(text, salt=SALT, max_age=LASTS_S)
    except (signing.BadSignature, ValueError):
        return None
    return Pass(UUID(version), UUID(person) if person else None, platform)
