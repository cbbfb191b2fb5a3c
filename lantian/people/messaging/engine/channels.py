"""By which channels a notice goes out when nobody has chosen: pure."""

MAIL, SMS, PUSH = "mail", "sms", "push"


def usual_channels(category: str, urgency: str) -> tuple[str, ...]:
    """Push and mail for everything (each needs a device or an address that was given for it); text messages, which cost money,
    for urgent notices about safety."""
    if category == "safety" and urgency == "urgent":
        return (PUSH, MAIL, SMS)
    return (PUSH, MAIL)


def passes_quiet_hours(category: str, urgency: str) -> bool:
    """Whether a notice goes out at night and in lessons."""
    return category == "safety" and urgency == "urgent"
