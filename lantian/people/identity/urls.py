"""Signing in, and one's own account. Of allauth's many addresses only those in use are opened."""

from allauth.account import views as account_views
from allauth.mfa.base import views as mfa_views
from allauth.mfa.recovery_codes import views as recovery_views
from allauth.mfa.totp import views as totp_views
from django.urls import path

from lantian.people.identity.views import own, recovery, upstream

urlpatterns = [
    path("accounts/login/", account_views.login, name="account_login"),
    path("accounts/logout/", account_views.logout, name="account_logout"),
    path("accounts/inactive/", account_views.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", account_views.reauthenticate, name="account_reauthenticate"),
    path("accounts/2fa/", mfa_views.index, name="mfa_index"),
    path("accounts/2fa/authenticate/", mfa_views.authenticate, name="mfa_authenticate"),
    path("accounts/2fa/reauthenticate/", mfa_views.reauthenticate, name="mfa_reauthenticate"),
    path("accounts/2fa/totp/activate/", totp_views.activate_totp, name="mfa_activate_totp"),
    path("accounts/2fa/totp/deactivate/", totp_views.deactivate_totp, name="mfa_deactivate_totp"),
    path("accounts/2fa/recovery-codes/", recovery_views.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "accounts/2fa/recovery-codes/generate/",
        recovery_views.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "accounts/2fa/recovery-codes/download/",
        recovery_views.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("me/password/first/", own.first_password, name="identity_first_password"),
    path("me/password/", own.change_password, name="identity_change_password"),
    path("me/sessions/", own.own_sessions, name="identity_sessions"),
    path("me/sessions/end/", own.end_sessions, name="identity_end_sessions"),
    path("accounts/upstream/", upstream.begin, name="identity_upstream"),
    path("accounts/upstream/callback/", upstream.callback, name="identity_upstream_callback"),
    path("accounts/upstream/unknown/", upstream.unknown, name="identity_upstream_unknown"),
    path("accounts/upstream/failed/", upstream.failed, name="identity_upstream_failed"),
    path("me/links/", upstream.links, name="identity_links"),
    path("me/links/new/", upstream.link, name="identity_link"),
    path("me/links/end/", upstream.unlink, name="identity_unlink"),
    path("accounts/recover/", recovery.forgotten, name="identity_forgotten"),
    path("accounts/recover/ways/", recovery.recovery_ways, name="identity_recovery_ways"),
    path("accounts/recover/code/", recovery.recovery_code, name="identity_recovery_code"),
    path("accounts/recover/password/", recovery.recovery_password, name="identity_recovery_password"),
]
