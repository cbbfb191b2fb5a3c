"""What is done about people's privacy."""

from lantian.people.privacy.services.consents import give_consent, record_paper_consent, withdraw_consent

__all__ = ["give_consent", "record_paper_consent", "withdraw_consent"]
