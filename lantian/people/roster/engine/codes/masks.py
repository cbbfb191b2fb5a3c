"""Numbers with most places hidden: enough to tell two of them apart, too little to use one."""


def mask_citizen_id(number: str) -> str:
    return number[:6] + "*" * 8 + number[-4:] if len(number) == 18 else "*" * len(number)


def mask_phone(number: str) -> str:
    if len(number) == 11:
        return number[:3] + "****" + number[-4:]
    return number[:2] + "*" * max(len(number) - 4, 1) + number[-2:]


def mask_student_number(number: str) -> str:
    """The letter that says its form, and the last four places."""
    return number[:1] + "*" * max(len(number) - 5, 1) + number[-4:] if len(number) > 5 else "*" * len(number)
