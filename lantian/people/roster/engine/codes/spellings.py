"""What spreadsheets call sexes, relations and days.

Every reader takes any text and says None, or what is wrong, rather than raise.
"""
# i18n: data file

import re
import unicodedata
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple


def plain(text: str) -> str:
    """Full-width signs as ordinary ones, no white space, lower case."""
    return re.sub(r"[\s\u200b\ufeff]+", "", unicodedata.normalize("NFKC", text)).strip("'’‘\"").lower()


# --- sex: GB/T 2261.1-2003 ------------------------------------------------------------------------------------------

_GENDERS = {
    "1": "1 男 男性 男生 男孩 m male man boy 1-男 1男 (1)男 1:男",
    "2": "2 女 女性 女生 女孩 f female woman girl 2-女 2女 (2)女 2:女",
    "0": "0 9 未知 未说明 不详 未知的性别 未说明的性别 unknown",
}
_GENDER_OF = {word: code for code, words in _GENDERS.items() for word in words.split()}


def read_gender(text: str) -> str | None:
    """Our Gender ("1" male, "2" female, "0" not said); None for what is no sex at all, the empty text too."""
    return _GENDER_OF.get(plain(text).removesuffix(".0"))


# --- relation to the child: GB/T 4761-2008 --------------------------------------------------------------------------


class RelationReading(NamedTuple):
    """`relation`: a value of our Relation. `code`: of GB/T 4761-2008, two digits."""

    relation: str
    code: str


RELATION_NAMES = {
    "50": "父母",
    "51": "父亲",
    "52": "母亲",
    "57": "继父或养父",
    "58": "继母或养母",
    "60": "祖父母或外祖父母",
    "61": "祖父",
    "62": "祖母",
    "63": "外祖父",
    "64": "外祖母",
    "71": "兄",
    "73": "弟",
    "75": "姐姐",
    "77": "妹妹",
    "81": "伯父",
    "82": "伯母",
    "83": "叔父",
    "84": "婶母",
    "85": "舅父",
    "86": "舅母",
    "87": "姨父",
    "88": "姨母",
    "89": "姑父",
    "90": "姑母",
    "97": "其他亲属",
    "99": "非亲属",
}
_RELATIONS = {
    "51": "父亲 父 爸爸 爸 爹 父子 父女 家父 father dad",
    "52": "母亲 母 妈妈 妈 娘 母子 母女 家母 mother mum mom",
    "57": "继父 养父 继父或养父 后爸",
    "58": "继母 养母 继母或养母 后妈",
    "60": "祖父母 祖父母或外祖父母 祖父母、外祖父母 外祖父母 爷爷奶奶 外公外婆 祖孙 爷孙 grandparent grandparents",
    "61": "祖父 爷爷 爷 grandfather grandpa",
    "62": "祖母 奶奶 奶 grandmother grandma",
    "63": "外祖父 外公 姥爷 老爷 家公",
    "64": "外祖母 外婆 姥姥 家婆 婆婆",
    "71": "兄 哥哥 哥 兄弟",
    "73": "弟 弟弟",
    "75": "姐姐 姐 姊",
    "77": "妹妹 妹",
    "81": "伯父 伯伯 大伯 大爷",
    "82": "伯母 大娘",
    "83": "叔父 叔叔 叔",
    "84": "婶母 婶婶 婶",
    "85": "舅父 舅舅 舅",
    "86": "舅母 舅妈",
    "87": "姨父 姨夫",
    "88": "姨母 姨妈 阿姨 小姨",
    "89": "姑父 姑夫",
    "90": "姑母 姑姑 姑妈",
    "97": "其他亲属 亲属 亲戚",
    "99": "非亲属 其他 其它 监护人 其他监护人 法定监护人 other guardian",
}
_RELATION_OF = {word: code for code, words in _RELATIONS.items() for word in (code, *words.split())}


def relation_of(code: str) -> str | None:
    """Our Relation for a code of GB/T 4761; None for one that is no grown-up's relation to a child here."""
    if code not in RELATION_NAMES or code == "50":  # both parents in one cell: which of them cannot be told
        return None
    named = {"51": "father", "57": "father", "52": "mother", "58": "mother"}
    return named.get(code) or ("grandparent" if code[0] == "6" else "other")


def read_relation(text: str) -> RelationReading | None:
    """What a guardian is to a pupil: 爸爸, 母女, 外婆, 51. None for what is no relation, or tells two of them."""
    word = re.sub(r"^(学生|孩子)?的", "", plain(text)).removesuffix(".0")
    code = _RELATION_OF.get(word)
    relation = relation_of(code) if code else None
    return RelationReading(relation, code) if code and relation else None


# --- days -----------------------------------------------------------------------------------------------------------


class DateFault(StrEnum):
    EMPTY = "empty"
    UNREADABLE = "unreadable"
    NO_SUCH_DAY = "no_such_day"
    NO_DAY = "no_day"  # year and month only
    AMBIGUOUS = "ambiguous"  # 03/04/2015: the third of April or the fourth of March


class DateReading(NamedTuple):
    day: date | None
    fault: DateFault | None


_EXCEL_EPOCH = date(1899, 12, 30)  # day 60, 29 February 1900, never was; later days count from here
_SERIALS = range(10000, 73051)  # 1927 to 2099; fewer digits would be a year
_YEAR_FIRST = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?号?", re.ASCII)
_YEAR_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?|(\d{4})(0[1-9]|1[0-2])", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", re.ASCII)
_TIME = re.compile(r"(?<=\d)[t\s]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(z|[+-]\d{2}:?\d{2})?\s*$", re.IGNORECASE | re.ASCII)
_CHINESE = str.maketrans("〇零一二三四五六七八九", "00123456789")


def read_date(text: str) -> DateReading:
    """20150301, 2015-3-1, 2015/03/01, 2015.3.1, 2015年3月1日, 二〇一五年三月一日, or a spreadsheet's day number (42064)."""
    word = plain(_TIME.sub("", unicodedata.normalize("NFKC", text)))
    if not word:
        return DateReading(None, DateFault.EMPTY)
    if "年" in word:
        word = _arabic(word)
    if match := _YEAR_FIRST.fullmatch(word):
        return _day(*map(int, match.groups()))
    if re.fullmatch(r"\d{8}(\.0+)?", word, re.ASCII):
        return _day(int(word[:4]), int(word[4:6]), int(word[6:8]))
    if re.fullmatch(r"\d{5}(\.\d+)?", word, re.ASCII) and int(float(word)) in _SERIALS:
        return DateReading(_EXCEL_EPOCH + timedelta(days=int(float(word))), None)
    if _YEAR_MONTH.fullmatch(word):
        return DateReading(None, DateFault.NO_DAY)
    if match := _YEAR_LAST.fullmatch(word):
        return _year_last(*map(int, match.groups()))
    return DateReading(None, DateFault.UNREADABLE)


def _arabic(word: str) -> str:
    """Chinese numerals of a day as digits: 二〇一五年十二月二十一日."""
    word = re.sub(r"(?<![一二三四五六七八九])十", "一十", word)
    word = re.sub(r"十(?=[一二三四五六七八九])", "", word)
    return word.replace("十", "0").translate(_CHINESE)


def _day(year: int, month: int, day: int) -> DateReading:
    try:
        return DateReading(date(year, month, day), None)
    except ValueError:
        return DateReading(None, DateFault.NO_SUCH_DAY)


def _year_last(one: int, two: int, year: int) -> DateReading:
    if one > 12:
        return _day(year, two, one)
    if two > 12 or one == two:
        return _day(year, one, two)
    return DateReading(None, DateFault.AMBIGUOUS)
