from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from lantian.kernel.rules import Text


class IdentityConfig(AppConfig):
    name = "lantian.people.identity"
    label = "identity"

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_removed

        from lantian.kernel.web.guards import GATES
        from lantian.kernel.web.panels import SIGN_IN_PANELS
        from lantian.kernel.web.shell import LANGUAGE_KEEPERS, PLACES
        from lantian.people.identity.services import gates

        authenticator_removed.connect(gates.ask_again, dispatch_uid="identity.second_factor")
        GATES.register("identity.first_password", gates.first_password_first)
        GATES.register("identity.second_factor", gates.second_factor_first)
        GATES.register("identity.touch", gates.note_use)
        LANGUAGE_KEEPERS.register("identity", gates.keep_language)
        SIGN_IN_PANELS.register("identity.upstream", "identity/_upstream.html")
        PLACES.register("sign_in", "account_login")
        PLACES.register("sign_out", "account_logout")
        _hold()


def _hold() -> None:
    """What is held of a person, and how long sign-ins are kept."""
    from django.utils.translation import gettext_lazy as _

    from lantian.kernel.holdings import HOLDINGS, Holding, Subject, exempt
    from lantian.kernel.journal.services import journal_rule
    from lantian.kernel.retention import DAY, RETENTION, RetentionRule
    from lantian.people.identity import queries
    from lantian.people.identity.services import erasing, sessions

    def stays(subject: Subject) -> "Text":
        return _("在读或在岗期间要用账号登录，离开以后删除。") if subject.tied else ""

    holding = Holding(
        _("账号、登录名、登录设备"),
        covers=(
            "identity.loginname.account",
            "identity.recoverycode.account",
            "account.emailaddress.user",
            "mfa.authenticator.user",
            "usersessions.usersession.user",
            "socialaccount.socialaccount.user",
            "allauth_idp_oidc.token.user",
        ),
        count=queries.count_of,
        erase=erasing.erase_accounts,
        stays=stays,
        export=queries.account_part,
    )
    HOLDINGS.register("identity.accounts", holding)
    words: dict[str, Text] = {
        "identity.signed_in": _("登录"),
        "identity.sign_in_failed": _("登录失败"),
        "identity.sessions_ended": _("退出登录"),
    }
    law = _("《网络安全法》：网络日志留存不少于六个月。")
    sign_ins = journal_rule(_("登录记录"), law, words, unit=DAY, usual=365, least=183, most=3 * 365)
    RETENTION.register("identity.sign_ins", sign_ins)
    RETENTION.register(
        "identity.sessions",
        RetentionRule(
            _("登录设备和网络地址"),
            _("删除设备记录；还登录着的设备要重新登录。"),
            law,
            DAY,
            usual=400,
            least=183,
            most=3 * 365,
            count=lambda before: queries.stale_sessions(before).count(),
            sample=queries.sample_of_sessions,
            let_go=sessions.forget_stale,
        ),
    )
    exempt(
        "software is let in by an officer for her unit: no client of ours has an owner", "allauth_idp_oidc.client.owner"
    )
