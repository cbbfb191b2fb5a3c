"""Accounts for tests, made through the services."""

from functools import cache

import factory

from lantian.kernel.rules import SYSTEM
from lantian.people.identity.models import Account
from lantian.people.identity.services import accounts, passwords

PASSWORD = "sky-and-field-26"


@cache
def quick_password() -> str:
    """The hash of PASSWORD, made once: hashing is slow on purpose."""
    return passwords.hash_password(PASSWORD)


def ready(account: Account) -> Account:
    """Make an account one that signs in with PASSWORD."""
    account.password = quick_password()
    account.must_set_password = False
    account.code_expires_at = None
    account.save(update_fields=["password", "must_set_password", "code_expires_at"])
    return account


class AccountFactory(factory.Factory):
    """A person's account that signs in with PASSWORD."""

    class Meta:
        model = Account

    username = factory.Sequence(lambda n: f"tester{n}")
    display_name = "测试"

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return ready(accounts.open_account(by=SYSTEM, **kwargs).account)
