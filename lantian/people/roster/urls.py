from django.urls import path

from lantian.people.roster.views import classes, grants, me, organizations, people, promotion, tree

urlpatterns = [
    path("organizations/", tree.tree, name="roster_tree"),
    path("organizations/<uuid:pk>/children/", tree.children, name="roster_children"),
    path("organizations/<uuid:pk>/", organizations.record, name="roster_organization"),
    path("organizations/<uuid:pk>/new/", organizations.create, name="roster_organization_new"),
    path("organizations/<uuid:pk>/edit/", organizations.edit, name="roster_organization_edit"),
    path("organizations/<uuid:pk>/move/", organizations.move, name="roster_organization_move"),
    path("organizations/<uuid:pk>/close/", organizations.close, name="roster_organization_close"),
    path("organizations/<uuid:pk>/classes/new/", classes.create, name="roster_class_new"),
    path("organizations/<uuid:pk>/promotion/", promotion.plan, name="roster_promotion_plan"),
    path("promotions/<uuid:pk>/", promotion.record, name="roster_promotion"),
    path("promotions/<uuid:pk>/cancel/", promotion.cancel, name="roster_promotion_cancel"),
    path("promotions/<uuid:pk>/undo/", promotion.undo, name="roster_promotion_undo"),
    path("classes/<uuid:pk>/move/", promotion.move_students, name="roster_class_move"),
    path("organizations/<uuid:pk>/people/new/", people.create, name="roster_person_new"),
    path("classes/<uuid:pk>/", classes.record, name="roster_class_group"),
    path("classes/<uuid:pk>/slips/", classes.slips, name="roster_class_slips"),
    path("people/", people.people, name="roster_people"),
    path("people/<uuid:pk>/", people.record, name="roster_person"),
    path("people/<uuid:pk>/edit/", people.edit, name="roster_person_edit"),
    path("people/<uuid:pk>/reveal/", people.reveal, name="roster_person_reveal"),
    path("people/<uuid:pk>/account/", people.account, name="roster_person_account"),
    path("people/<uuid:pk>/guardians/new/", people.add_guardian, name="roster_guardian_new"),
    path("memberships/<uuid:pk>/end/", people.end, name="roster_membership_end"),
    path("grants/", grants.grants, name="roster_grants"),
    path("grants/new/", grants.give, name="roster_grant_new"),
    path("grants/<uuid:pk>/revoke/", grants.revoke, name="roster_grant_revoke"),
    path("me/", me.me, name="roster_me"),
    path("me/role/", me.switch_role, name="roster_switch_role"),
]
