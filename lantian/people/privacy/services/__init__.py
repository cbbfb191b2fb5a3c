"""What is done about people's privacy."""

from lantian.people.privacy.services.consents import give_consent, record_paper_consent, withdraw_consent
from lantian.people.privacy.services.exports import export_personal_data

__all__ = ["export_personal_data", "give_consent", "record_paper_consent", "withdraw_consent"]
