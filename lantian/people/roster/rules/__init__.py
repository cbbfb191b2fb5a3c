"""Who may see and change what in the roster."""

from lantian.people.roster.rules.assignments import may_assign_teachers, may_see_assignments
from lantian.people.roster.rules.batches import may_act_on_many, may_run_batch, may_view_batch
from lantian.people.roster.rules.binding import may_redeem_binding_code
from lantian.people.roster.rules.grants import may_grant, may_revoke_grant, may_see_grants
from lantian.people.roster.rules.holding import holds, kinds_above, roles_at
from lantian.people.roster.rules.managing import (
    keeping_verdicts,
    may_bind_guardian,
    may_create_organization,
    may_deactivate_organization,
    may_issue_slips,
    may_keep_account_of,
    may_manage_classes,
    may_manage_people,
    may_move_organization,
    may_reveal_private,
    may_update_organization,
    may_update_person,
)
from lantian.people.roster.rules.merging import may_merge_people
from lantian.people.roster.rules.promotion import may_promote_classes, may_view_promotion
from lantian.people.roster.rules.viewing import (
    may_browse_organizations,
    may_browse_people,
    may_switch_role,
    may_view_class_group,
    may_view_grant,
    may_view_organization,
    may_view_person,
)

__all__ = [
    "holds",
    "keeping_verdicts",
    "kinds_above",
    "may_act_on_many",
    "may_assign_teachers",
    "may_bind_guardian",
    "may_browse_organizations",
    "may_browse_people",
    "may_create_organization",
    "may_deactivate_organization",
    "may_grant",
    "may_issue_slips",
    "may_keep_account_of",
    "may_manage_classes",
    "may_manage_people",
    "may_merge_people",
    "may_move_organization",
    "may_promote_classes",
    "may_redeem_binding_code",
    "may_reveal_private",
    "may_revoke_grant",
    "may_run_batch",
    "may_see_assignments",
    "may_see_grants",
    "may_switch_role",
    "may_update_organization",
    "may_update_person",
    "may_view_batch",
    "may_view_class_group",
    "may_view_grant",
    "may_view_organization",
    "may_view_person",
    "may_view_promotion",
    "roles_at",
]
