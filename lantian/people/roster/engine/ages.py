"""Ages that the law names."""

from datetime import date

CONSENT_AGE = 14  # 个人信息保护法 art. 31: below it a guardian's consent is needed
ADULT_AGE = 18


def born_after(age: int, day: date) -> date:
    """Who was born after this day has not completed `age` years on `day`. One born on 29 February has on 1 March."""
    try:
        return day.replace(year=day.year - age)
    except ValueError:  # 29 February in a year without one
        return date(day.year - age, 2, 28)


def is_under(age: int, birth_date: date | None, day: date) -> bool | None:
    """Whether `age` years are not completed on `day`; None when the birth date is not known."""
    return None if birth_date is None else birth_date > born_after(age, day)
