"""A form sent twice is acted on once."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.test import RequestFactory
from django.utils import timezone

from lantian.kernel.web.models import SavedView, Submission
from lantian.kernel.web.once import FIELD, KEEP, forget_old, new_token, once

done: list[str] = []
begun = threading.Event()
go_on = threading.Event()


@once
def enrol(request: HttpRequest) -> HttpResponse:
    """Redirects to what it made; an empty name is an error on the page."""
    if not request.POST.get("name"):
        return HttpResponse("请填写", status=422)
    if request.POST.get("slow"):
        begun.set()
        go_on.wait(5)
    done.append(request.POST["name"])
    return HttpResponseRedirect(f"/made/{len(done)}")


def post(token: str, account: int | None = 1, **fields: str) -> Any:
    request = RequestFactory().post("/enrol", {FIELD: token, **fields})
    request.user = SimpleNamespace(pk=account)  # type: ignore[assignment]
    return enrol(request)


@pytest.fixture(autouse=True)
def nothing_done_yet() -> None:
    done.clear()
    begun.clear()
    go_on.clear()


@pytest.mark.django_db
def test_a_repeat_leads_to_the_first_result() -> None:
    token = new_token()
    assert post(token, name="甲")["Location"] == "/made/1"
    assert post(token, name="甲")["Location"] == "/made/1"
    assert done == ["甲"]


@pytest.mark.django_db
def test_a_refused_form_can_be_corrected_with_the_same_token() -> None:
    token = new_token()
    assert post(token).status_code == 422
    assert post(token, name="甲")["Location"] == "/made/1"
    assert done == ["甲"]


@pytest.mark.django_db
def test_a_failure_uses_nothing_up() -> None:
    token = new_token()

    @once
    def breaks(request: HttpRequest) -> HttpResponse:
        SavedView.objects.create(account_id=request.user.pk, list_key="x", name="half")
        raise RuntimeError

    request = RequestFactory().post("/", {FIELD: token})
    request.user = SimpleNamespace(pk="00000000-0000-0000-0000-000000000001")  # type: ignore[assignment]
    with pytest.raises(RuntimeError):
        breaks(request)
    assert not Submission.objects.exists()
    assert not SavedView.objects.exists()


@pytest.mark.django_db
def test_another_account_with_the_same_token_is_another_submission() -> None:
    token = new_token()
    post(token, name="甲")
    post(token, account=2, name="乙")
    assert done == ["甲", "乙"]


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "short", "Z" * 32, "0" * 33])
def test_without_a_proper_token_every_post_counts(token: str) -> None:
    post(token, name="甲")
    post(token, name="甲")
    assert done == ["甲", "甲"]
    assert not Submission.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_posts_at_the_same_moment_one_acts_and_both_arrive() -> None:
    token = new_token()
    answers: list[str] = []

    def send() -> None:
        try:
            answers.append(post(token, name="甲", slow="1")["Location"])
        finally:
            connection.close()

    first, second = threading.Thread(target=send), threading.Thread(target=send)
    first.start()
    assert begun.wait(5)
    second.start()
    second.join(0.5)
    assert second.is_alive(), "the second must wait for the first, not act beside it"
    go_on.set()
    first.join(10)
    second.join(10)
    assert answers == ["/made/1", "/made/1"]
    assert done == ["甲"]


@pytest.mark.django_db
def test_old_tokens_are_forgotten() -> None:
    Submission.objects.create(token="old", created_at=timezone.now() - KEEP * 2)
    Submission.objects.create(token="new")
    assert forget_old() == 1
    assert [each.token for each in Submission.objects.all()] == ["new"]
