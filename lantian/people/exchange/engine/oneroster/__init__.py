"""OneRoster 1.2 in one place, for reading (import) and writing (CSV export, REST).

`files` names the CSV files and their columns in order; `values` maps words, dates, grades and names both ways; `derived` gives
the ids of records that stand for something we keep otherwise; `rows` reads and writes rows.

Sources: 1EdTech OneRoster 1.2 CSV binding (final release 1.2.1) and rostering service OpenAPI 1.0.
"""

from lantian.people.exchange.engine.oneroster.derived import (
    agent_role_id,
    derived_course_id,
    derived_role_id,
    school_year_id,
)
from lantian.people.exchange.engine.oneroster.files import (
    FILES,
    MANIFEST_FILE,
    Binding,
    FileSpec,
    manifest_rows,
    read_manifest,
)
from lantian.people.exchange.engine.oneroster.rows import csv_bytes, join_list, split_list
from lantian.people.exchange.engine.oneroster.values import (
    CLASS_TYPES,
    ENROLLMENT_ROLES,
    ORG_TYPES,
    ROLE_WORDS,
    SEXES,
    end_date,
    full_name,
    grade_codes,
    grades_of,
    last_day,
    school_year_begin,
    school_year_end,
    split_name,
    term_kind,
)

__all__ = [
    "CLASS_TYPES",
    "ENROLLMENT_ROLES",
    "FILES",
    "MANIFEST_FILE",
    "ORG_TYPES",
    "ROLE_WORDS",
    "SEXES",
    "Binding",
    "FileSpec",
    "agent_role_id",
    "csv_bytes",
    "derived_course_id",
    "derived_role_id",
    "end_date",
    "full_name",
    "grade_codes",
    "grades_of",
    "join_list",
    "last_day",
    "manifest_rows",
    "read_manifest",
    "school_year_begin",
    "school_year_end",
    "school_year_id",
    "split_list",
    "split_name",
    "term_kind",
]
