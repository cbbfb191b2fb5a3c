"""Families: codes for a class, and using one, with an account or without."""

from typing import Any
from uuid import UUID

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from lantian.kernel.web.faults import too_many
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded_by_object, public
from lantian.kernel.web.once import once
from lantian.people.identity.services.sign_in import enter_first_time
from lantian.people.roster import queries, services
from lantian.people.roster.forms import BindForm, RegisterFamilyForm
from lantian.people.roster.views.parts import done


@never_cache
@require_POST
@guarded_by_object("roster.issue_slips")
def family_slips(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Codes to print and cut, for families who are not bound yet: shown this once."""
    actor = acting(request)
    group = get_visible_or_404(queries.class_groups_visible_to(actor).select_related("organization"), pk=pk)
    slips = services.issue_family_slips(group, by=actor)
    return render(request, "roster/family_slips.html", {"group": group, "slips": slips})


@never_cache
@require_POST
@guarded_by_object("roster.bind_guardian")
def family_slip(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A code for one child's family."""
    actor = acting(request)
    student = get_visible_or_404(queries.people_visible_to(actor), pk=pk)
    slip = services.issue_binding_code(student, by=actor)
    return render(request, "roster/family_slips.html", {"group": student, "slips": [slip]})


@sensitive_post_parameters("phone", "code")
@never_cache
@require_http_methods(["GET", "POST"])
@public
@once
def bind(request: HttpRequest) -> HttpResponse:
    """Use a code: signed in one is tied to the child; else an account is made with phone and password."""
    if not ratelimit.consume(request, action="bind"):
        return too_many(request)
    actor = acting(request)
    form = RegisterFamilyForm(request.POST or None) if actor.is_anonymous else BindForm(request.POST or None)

    def act(cleaned: dict[str, Any]) -> bool:
        if actor.is_anonymous:
            made = services.register_with_binding_code(**cleaned)
            assert made.account is not None
            enter_first_time(request, made.account)  # the gate leads to setting a password
        else:
            services.redeem_binding_code(**cleaned, by=actor)
        return True

    if done(request, form, act):
        messages.success(request, _("绑定成功，现在可以看到孩子的课和班级了。"))
        return redirect("identity_first_password" if actor.is_anonymous else "roster_me")
    return render(request, "roster/bind.html", {"form": form})
