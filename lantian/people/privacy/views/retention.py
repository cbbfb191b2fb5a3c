"""How long things are kept: the kinds, and of one kind what would go tonight."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lantian.kernel.rules import check, require
from lantian.kernel.web.guards import acting, guarded
from lantian.kernel.web.once import once
from lantian.people.privacy import queries, rules, services
from lantian.people.privacy.errors import PrivacyError
from lantian.people.privacy.forms import PeriodForm


@require_safe
@guarded("privacy.read_retention")
def retention(request: HttpRequest) -> HttpResponse:
    """Every kind of thing that has a time of keeping, with its source and how much of it would go tonight."""
    kinds = queries.kept_kinds()
    context = {"kinds": kinds, "due": sum(kind.due for kind in kinds)}
    return render(request, "privacy/retention.html", context)


@require_http_methods(["GET", "POST"])
@guarded("privacy.read_retention")
@once
def kind(request: HttpRequest, key: str) -> HttpResponse:
    """One kind: a dry run, and (for whoever may) its time."""
    actor = acting(request)
    found = next(iter(queries.kept_kinds(only=key)), None)
    if found is None:
        raise Http404
    settable = found.rule.fixed is None and bool(check(rules.may_set_retention, actor))
    form = PeriodForm(request.POST or None, rule=found.rule, limits=found.limits, initial={"amount": found.amount})
    if request.method == "POST":
        require(rules.may_set_retention, actor)
        if found.rule.fixed is not None:
            raise Http404
        if form.is_valid():
            try:
                services.set_retention(key, by=actor, **form.cleaned_data)
            except PrivacyError as error:
                form.add_error(error.field or None, str(error.message))
            else:
                messages.success(request, _("已保存，从今晚起按新的期限办理。"))
                return redirect("privacy_retention_kind", key)
    context = {"kind": found, "form": form if settable else None, "sample": queries.sample_of(found)}
    return render(request, "privacy/retention_kind.html", context)
