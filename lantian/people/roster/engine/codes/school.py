"""School codes (学校（机构）标识码) of the Ministry of Education (《学校（机构）代码管理办法》, 2011).

Ten digits: two of the kind of institution, two of the province (GB/T 2260), six in the order of registration; of institutions of
higher education these six are 0 and the school's five digits. They have no check digit: a mistyped serial cannot be found out. A
code stays with a school for good, so the kind may be the one it once was.
"""
# i18n: data file

import re
import unicodedata
from enum import StrEnum
from typing import NamedTuple

from lantian.people.roster.engine.codes import divisions

KINDS = {
    "11": "幼儿园",
    "21": "小学",
    "22": "成人小学",
    "31": "普通初中",
    "32": "职业初中",
    "33": "成人初中",
    "34": "普通高中",
    "35": "成人高中",
    "36": "中等职业学校",
    "37": "工读学校",
    "41": "普通高等学校",
    "42": "成人高等学校",
    "51": "特殊教育学校",
    "91": "培养研究生的科研机构",
    "92": "民办的其他高等教育机构",
    "93": "中等职业培训机构",
}
# Schools with several stages are counted by the highest: nine-year schools as 31, complete secondary schools as 34.
KIND_OF_HIGHEST_STAGE = {
    "kindergarten": "11",
    "primary": "21",
    "junior": "31",
    "senior": "34",
    "vocational": "36",
    "special": "51",
}
_ORDER = tuple(KIND_OF_HIGHEST_STAGE)


class Fault(StrEnum):
    EMPTY = "empty"
    SCIENTIFIC = "scientific"  # a spreadsheet made a number of it; the digits are lost
    CHARACTERS = "characters"
    LENGTH = "length"
    KIND = "kind"  # the first two digits are no kind of institution
    PROVINCE = "province"  # the third and fourth digit are no province


class Checked(NamedTuple):
    """`code`: ten digits, also when kind or province is unknown; empty otherwise."""

    code: str
    fault: Fault | None

    @property
    def kind(self) -> str:
        """Name of the kind of institution; empty if unknown."""
        return KINDS.get(self.code[:2], "")

    @property
    def province(self) -> str:
        """Code of the province in six digits; empty if there is no code."""
        return f"{self.code[2:4]}0000" if self.code else ""


def check(text: str) -> Checked:
    """The code in ten digits and what is wrong with it. Takes any text."""
    code = re.sub(r"[\s\-'’]+", "", unicodedata.normalize("NFKC", text))
    code = re.sub(r"(?<=\d)\.0+$", "", code)
    if not code:
        return Checked("", Fault.EMPTY)
    if re.fullmatch(r"\d(\.\d+)?[eE]\+?\d{1,3}", code, re.ASCII):
        return Checked("", Fault.SCIENTIFIC)
    if not re.fullmatch(r"\d+", code, re.ASCII):
        return Checked("", Fault.CHARACTERS)
    if len(code) != 10:
        return Checked("", Fault.LENGTH)
    if code[:2] not in KINDS:
        return Checked(code, Fault.KIND)
    if f"{code[2:4]}0000" not in divisions.known_codes():
        return Checked(code, Fault.PROVINCE)
    return Checked(code, None)


def make_school_code(stages: tuple[str, ...], province: str, serial: int) -> str:
    """A well-formed code for demonstrations and tests. `stages`: values of Stage; `province`: six digits; `serial`: 0-999999."""
    highest = max(stages, key=_ORDER.index)
    return f"{KIND_OF_HIGHEST_STAGE[highest]}{province[:2]}{serial:06d}"
