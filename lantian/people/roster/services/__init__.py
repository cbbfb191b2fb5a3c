"""Verbs of the roster. Each asks its rule, acts in one transaction, writes the journal and announces the fact."""

from lantian.people.roster.services.accounts import keep_person_accounts, open_account_for
from lantian.people.roster.services.assignments import assign_teachers
from lantian.people.roster.services.batches import (
    cancel_batch,
    confirm_batch,
    forget_codes,
    forget_old_codes,
    prepare_batch,
    run_batch,
    show_codes,
)
from lantian.people.roster.services.binding import (
    FamilySlip,
    issue_binding_code,
    issue_family_slips,
    redeem_binding_code,
    register_with_binding_code,
)
from lantian.people.roster.services.classes import (
    NewClassGroup,
    bulk_create_class_groups,
    create_class_group,
    update_class_group,
)
from lantian.people.roster.services.grants import NEAR, extend_role, grant_role, revoke_role, watch_grants
from lantian.people.roster.services.guardians import (
    bind_guardian,
    bulk_bind_guardians,
    register_guardian,
    release_guardian,
)
from lantian.people.roster.services.memberships import add_membership, end_membership
from lantian.people.roster.services.merging import mark_not_duplicates, merge_people, unmerge_people
from lantian.people.roster.services.moves import move_students
from lantian.people.roster.services.organizations import (
    NewOrganization,
    bulk_create_organizations,
    create_organization,
    deactivate_organization,
    move_organization,
    update_organization,
)
from lantian.people.roster.services.people import (
    CreatedPerson,
    NewMembership,
    NewPerson,
    bulk_create_people,
    create_person,
    reveal_private,
    update_person,
)
from lantian.people.roster.services.promotion import (
    cancel_promotion,
    run_promotion,
    start_promotion,
    undo_promotion,
)
from lantian.people.roster.services.search import (
    refresh_people_search,
    settle_people_search,
    settling_people_search,
    tell_of_people,
)
from lantian.people.roster.services.slips import Slip, issue_slips, renew_code

__all__ = [
    "NEAR",
    "CreatedPerson",
    "FamilySlip",
    "NewClassGroup",
    "NewMembership",
    "NewOrganization",
    "NewPerson",
    "Slip",
    "add_membership",
    "assign_teachers",
    "bind_guardian",
    "bulk_bind_guardians",
    "bulk_create_class_groups",
    "bulk_create_organizations",
    "bulk_create_people",
    "cancel_batch",
    "cancel_promotion",
    "confirm_batch",
    "create_class_group",
    "create_organization",
    "create_person",
    "deactivate_organization",
    "end_membership",
    "extend_role",
    "forget_codes",
    "forget_old_codes",
    "grant_role",
    "issue_binding_code",
    "issue_family_slips",
    "issue_slips",
    "keep_person_accounts",
    "mark_not_duplicates",
    "merge_people",
    "move_organization",
    "move_students",
    "open_account_for",
    "prepare_batch",
    "redeem_binding_code",
    "refresh_people_search",
    "register_guardian",
    "register_with_binding_code",
    "release_guardian",
    "renew_code",
    "reveal_private",
    "revoke_role",
    "run_batch",
    "run_promotion",
    "settle_people_search",
    "settling_people_search",
    "show_codes",
    "start_promotion",
    "tell_of_people",
    "undo_promotion",
    "unmerge_people",
    "update_class_group",
    "update_organization",
    "update_person",
    "watch_grants",
]
