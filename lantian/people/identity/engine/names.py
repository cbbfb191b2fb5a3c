"""Names one signs in with, in one spelling whatever was typed."""

import re
import unicodedata

MOBILE = re.compile(r"1[3-9]\d{9}")
PHONE = re.compile(r"\+?\d{5,15}")
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,62}[a-z0-9]")
_PUNCTUATION = re.compile(r"[\s\-()（）‐-―−]+")


def halved(text: str) -> str:
    """Full-width letters and digits as ordinary ones (NFKC), without spaces at the ends."""
    return unicodedata.normalize("NFKC", text).strip()


def normalise_phone(text: str) -> str:
    """A phone number as digits: spaces, dashes, full-width digits and the prefix +86 go. Raises ValueError."""
    digits = _PUNCTUATION.sub("", halved(text))
    for prefix in ("+86", "0086", "86"):
        rest = digits.removeprefix(prefix)
        if rest != digits and MOBILE.fullmatch(rest):
            return rest
    if not PHONE.fullmatch(digits):
        raise ValueError(text)
    return digits


def normalise_login(text: str) -> str:
    """What was typed into the sign-in form, in the spelling that was indexed: a phone as digits, all else in lower case."""
    typed = halved(text).lower()
    compact = _PUNCTUATION.sub("", typed)
    if re.fullmatch(r"\+?\d+", compact):
        try:
            return normalise_phone(compact)
        except ValueError:
            return compact
    return typed


def mask(text: str) -> str:
    """A name as a hint: enough to know one's own, too little to learn another's."""
    if len(text) <= 4:
        return text[:1] + "***"
    if len(text) < 8:
        return text[:2] + "***" + text[-1:]
    return text[:3] + "*" * min(len(text) - 7, 8) + text[-4:]
