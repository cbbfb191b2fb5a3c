"""Reads of the roster: who an account is, what an actor may see, trees, classes, people and grants."""

from lantian.people.roster.queries.actors import ACTING_AS, actor_of_account, actor_of_person, current_grants_of
from lantian.people.roster.queries.batches import (
    NAMES_SHOWN,
    batches_visible_to,
    counts_of,
    items_with_codes,
    reasons_of,
    students_today,
    with_counts,
)
from lantian.people.roster.queries.directory import grade_choices, standing
from lantian.people.roster.queries.duplicates import in_two_schools, likely_duplicates, merges_of
from lantian.people.roster.queries.figures import (
    class_groups_of_schools,
    figures_below,
    guardians_of,
    members_of_class,
    members_today,
    staff_of,
    wards_of,
)
from lantian.people.roster.queries.finding import find, find_people
from lantian.people.roster.queries.history import HistoryLine, gender_name, history_lines, role_name
from lantian.people.roster.queries.panels import (
    CLASS_PANELS,
    ORGANIZATION_PANELS,
    PERSON_PANELS,
    Panel,
    panels_of_class,
    panels_of_organization,
    panels_of_person,
)
from lantian.people.roster.queries.promotion import default_school_year, plan_promotion, promotion_runs_visible_to
from lantian.people.roster.queries.records import (
    class_groups_known,
    class_groups_within,
    organizations_known,
    student_memberships,
    wards_of_id,
)
from lantian.people.roster.queries.tree import (
    ancestors_of,
    breadcrumbs,
    children_of,
    schools_below,
    top_organizations,
)
from lantian.people.roster.queries.visible import (
    class_groups_visible_to,
    grants_visible_to,
    organizations_visible_to,
    overlooks,
    people_visible_to,
    visible_class_group,
    visible_organization,
)

__all__ = [
    "ACTING_AS",
    "CLASS_PANELS",
    "NAMES_SHOWN",
    "ORGANIZATION_PANELS",
    "PERSON_PANELS",
    "HistoryLine",
    "Panel",
    "actor_of_account",
    "actor_of_person",
    "ancestors_of",
    "batches_visible_to",
    "breadcrumbs",
    "children_of",
    "class_groups_known",
    "class_groups_of_schools",
    "class_groups_visible_to",
    "class_groups_within",
    "counts_of",
    "current_grants_of",
    "default_school_year",
    "figures_below",
    "find",
    "find_people",
    "gender_name",
    "grade_choices",
    "grants_visible_to",
    "guardians_of",
    "history_lines",
    "in_two_schools",
    "items_with_codes",
    "likely_duplicates",
    "members_of_class",
    "members_today",
    "merges_of",
    "organizations_known",
    "organizations_visible_to",
    "overlooks",
    "panels_of_class",
    "panels_of_organization",
    "panels_of_person",
    "people_visible_to",
    "plan_promotion",
    "promotion_runs_visible_to",
    "reasons_of",
    "role_name",
    "schools_below",
    "staff_of",
    "standing",
    "student_memberships",
    "students_today",
    "top_organizations",
    "visible_class_group",
    "visible_organization",
    "wards_of",
    "wards_of_id",
    "with_counts",
]
