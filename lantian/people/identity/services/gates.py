"""What stands between signing in and everything else: a password of one's own, and for some roles a second factor."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from lantian.kernel.web.guards import acting
from lantian.people.identity import queries
from lantian.people.identity.enums import AccountKind
from lantian.people.identity.models import Account
from lantian.people.identity.rules import needs_second_factor
from lantian.people.identity.services import accounts, sessions

# What stays open to those who have not passed a gate yet; by name of the address.
WITHOUT_PASSWORD = {"identity_first_password", "account_logout", "web_language", "web_theme", "healthz", "readyz"}
WITHOUT_SECOND_FACTOR = WITHOUT_PASSWORD | {
    "mfa_index",
    "mfa_activate_totp",
    "mfa_reauthenticate",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "account_reauthenticate",
}
MEANT = "meant_to_open"  # session key: the page that the first password stands before
PASSED = "second_factor"  # session key: asked once, not on every page


def _here(request: HttpRequest) -> str:
    return (request.resolver_match.url_name or "") if request.resolver_match else ""


def first_password_first(request: HttpRequest) -> HttpResponse | None:
    """Send whoever signed in with an activation code to the page where a password is set."""
    account = request.user
    if not isinstance(account, Account) or not account.must_set_password or _here(request) in WITHOUT_PASSWORD:
        return None
    if request.method == "GET":
        request.session[MEANT] = request.get_full_path()  # such as the way back to other software that one came from
    return redirect("identity_first_password")


def second_factor_first(request: HttpRequest) -> HttpResponse | None:
    """Send holders of far-reaching roles to set up a second factor; waived in demonstrations."""
    account = request.user
    if settings.LANTIAN_DEMO or not isinstance(account, Account) or account.kind != AccountKind.PERSON:
        return None
    if _here(request) in WITHOUT_SECOND_FACTOR or request.session.get(PASSED):
        return None
    actor = acting(request)
    if queries.must_enrol_second_factor(actor, account):
        return redirect("mfa_activate_totp")
    if needs_second_factor(actor):
        request.session[PASSED] = True
    return None


def ask_again(request: HttpRequest, **_facts: object) -> None:
    """An authenticator was taken off: whoever needs one stands at the gate again at once, not at the next sign-in."""
    request.session.pop(PASSED, None)


def note_use(request: HttpRequest) -> HttpResponse | None:
    """Keep "last seen" of the session fresh."""
    sessions.touch_session(request)
    return None


def keep_language(request: HttpRequest, language: str) -> None:
    """The language chosen on this device becomes the account's, to be found again on the next."""
    account = request.user
    if isinstance(account, Account):
        accounts.remember_language(account, language=language, by=acting(request))
