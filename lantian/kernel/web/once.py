"""No double submission: a form carries a random token, and what it asks for is done once."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone

from lantian.kernel.web.models import Submission

FIELD = "_once"
KEEP = timedelta(days=7)
_TOKEN = re.compile(r"[0-9a-f]{32}")
View = Callable[..., HttpResponseBase]


def new_token() -> str:
    return uuid4().hex


def once(view: View) -> View:
    """Act on each submitted form once; put it under the guard: `@guarded(...)`, `@once`, `def view`.

    The view runs in one transaction with the token's row, so of two posts at the same moment the second waits for the first
    and is then redirected to where the first one led. A view that does not redirect (the form had errors) uses nothing up.
    """

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        token = request.POST.get(FIELD, "") if request.method == "POST" else ""
        if not _TOKEN.fullmatch(token):
            return view(request, *args, **kwargs)
        with transaction.atomic():
            key = f"{request.user.pk or '-'}:{token}"
            # a concurrent insert of the same key waits here until the other transaction ends
            submission, first = Submission.objects.get_or_create(token=key)
            if not first:
                return HttpResponseRedirect(submission.result_url or request.get_full_path())
            response = view(request, *args, **kwargs)
            result = response.get("Location") or response.get("HX-Redirect") if hasattr(response, "get") else None
            if result:
                submission.result_url = result
                submission.save(update_fields=["result_url"])
            else:
                submission.delete()
            return response

    return inner


def forget_old() -> int:
    """Drop tokens older than a week; returns how many."""
    return Submission.objects.filter(created_at__lt=timezone.now() - KEEP).delete()[0]
