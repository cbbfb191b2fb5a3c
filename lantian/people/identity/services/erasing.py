"""Accounts go with their holders."""

from lantian.kernel.holdings import Subject
from lantian.people.identity.models import Account
from lantian.people.identity.services.sessions import drop_sessions


def erase_accounts(subject: Subject) -> int:
    """Delete a person's accounts for good, with sign-in names, second factor, sessions and tokens. Asks no rule: for the service
    that erases people (people/privacy), in its transaction. Returns how many."""
    accounts = list(Account.objects.filter(pk__in=subject.account_ids))
    for account in accounts:
        drop_sessions(account)
        account.delete()
    return len(accounts)
