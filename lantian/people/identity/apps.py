from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "lantian.people.identity"
    label = "identity"

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_removed

        from lantian.kernel.web.guards import GATES
        from lantian.kernel.web.shell import LANGUAGE_KEEPERS, PLACES
        from lantian.people.identity.services import gates

        authenticator_removed.connect(gates.ask_again, dispatch_uid="identity.second_factor")
        GATES.register("identity.first_password", gates.first_password_first)
        GATES.register("identity.second_factor", gates.second_factor_first)
        GATES.register("identity.touch", gates.note_use)
        LANGUAGE_KEEPERS.register("identity", gates.keep_language)
        PLACES.register("sign_in", "account_login")
        PLACES.register("sign_out", "account_logout")
