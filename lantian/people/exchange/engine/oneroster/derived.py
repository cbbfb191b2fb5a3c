"""Ids of records that OneRoster wants and we keep otherwise: always the same for the same thing, so that an import knows them."""

from uuid import UUID, uuid5

# The namespace of all derived ids; never change it: ids that left the house hang on it.
NAMESPACE = UUID("5f2c5b0e-8d0b-5a86-9f53-1f0a3a9a1d2e")


def school_year_id(school_year: int) -> UUID:
    """The session of type schoolYear above the terms of the school year that begins in `school_year`."""
    return uuid5(NAMESPACE, f"schoolYear:{school_year}")


def derived_course_id(organization_id: UUID, stage: str, grade: int) -> UUID:
    """The course that homeroom classes of one grade of a school are said to take."""
    return uuid5(NAMESPACE, f"course:{organization_id}:{stage}:{grade}")


def derived_role_id(person_id: UUID, organization_id: UUID, role: str) -> UUID:
    """The role (our word) that follows from class memberships; one that is a membership has the membership's id."""
    return uuid5(NAMESPACE, f"role:{person_id}:{organization_id}:{role}")


def agent_role_id(guardian_id: UUID, organization_id: UUID) -> UUID:
    """The guardian's role at the school of a child."""
    return uuid5(NAMESPACE, f"role:{guardian_id}:{organization_id}:guardian")
