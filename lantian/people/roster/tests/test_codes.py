"""Numbers of people and schools: their checks, and what is said of what is wrong."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lantian.people.roster.engine.codes import citizen, masks, school, student_number
from lantian.people.roster.engine.codes.citizen import Fault
from lantian.people.roster.engine.codes.divisions import known_codes
from lantian.people.roster.errors import BadCitizenId

SAMPLE = "11010519491231002X"  # the example of the standard
days = st.dates(date(1900, 1, 1), date(2026, 11, 26))
serials = st.integers(0, 999)
numbers = st.builds(citizen.make_citizen_id, st.sampled_from(sorted(known_codes())), days, serials)


def test_the_sample_of_the_standard_is_right():
    assert citizen.check(SAMPLE) == (SAMPLE, None, False)
    assert citizen.gender_of(SAMPLE) == "2"
    assert citizen.birth_date_of(SAMPLE) == date(1949, 12, 31)
    assert citizen.division_of(SAMPLE).name == "朝阳区"


@pytest.mark.parametrize(
    "typed",
    [
        " 11010519491231002x ",
        "１１０１０５１９４９１２３１００２Ｘ",
        "'11010519491231002X",
        "110105 19491231 002X",
        "11010519491231002X\u200b",
    ],
)
def test_one_number_has_one_spelling(typed):
    assert citizen.normalise_citizen_id(typed) == SAMPLE


def test_a_number_kept_as_a_decimal_is_still_the_number():
    number = citizen.make_citizen_id("510703", date(2015, 3, 1), 13)
    assert number.isdecimal()
    assert citizen.check(f"{number}.0") == (number, None, False)


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", Fault.EMPTY),
        (" \u3000", Fault.EMPTY),
        ("5.10104E+17", Fault.SCIENTIFIC),
        ("5.10703201503010E+017", Fault.SCIENTIFIC),
        ("510703201503011000", Fault.ROUNDED),
        ("51070320150301001", Fault.LENGTH),
        ("5107032015030100155", Fault.LENGTH),
        ("51070320150301O015", Fault.CHARACTERS),
        ("护照E12345678", Fault.CHARACTERS),
        ("1101051949X231002X", Fault.CHARACTERS),
        ("519999194912310020", Fault.DIVISION),
        ("010105194912310020", Fault.DIVISION),
        ("11010519490231002X", Fault.DATE),
        ("11010517491231002X", Fault.DATE),
        ("110105194912310021", Fault.CHECKSUM),
    ],
)
def test_each_fault_is_told_apart(typed, fault):
    assert citizen.check(typed).fault is fault
    with pytest.raises(citizen.CitizenIdError) as refused:
        citizen.normalise_citizen_id(typed)
    assert refused.value.fault is fault
    assert not typed.strip() or typed.strip() not in str(refused.value)


def test_every_number_that_is_made_is_good():
    typed = [citizen.make_citizen_id("510703", date(2012, 3, 4), serial) for serial in range(1000)]
    assert len(set(typed)) == 1000
    assert all(citizen.check(number).fault is None for number in typed)


def test_nobody_is_born_tomorrow():
    number = citizen.make_citizen_id("510703", date(2026, 9, 2), 1)
    assert citizen.check(number, today=date(2026, 9, 1)).fault is Fault.DATE
    assert citizen.check(number, today=date(2026, 9, 2)).fault is None


@pytest.mark.parametrize(
    "division",
    [
        "110103",
        "510724",
        "441900",
        "330113",
        "659012",
        "510701",
        "653228",
        "500157",
        "810000",
        "820000",
        "830000",
        "911840",
    ],
)
def test_numbers_of_abolished_new_and_special_places_are_right(division):
    number = citizen.make_citizen_id(division, date(1999, 5, 6), 21)
    assert citizen.check(number) == (number, None, False)


def test_a_number_of_fifteen_places_is_brought_to_eighteen():
    assert citizen.check("110105491231002") == (SAMPLE, None, True)
    assert citizen.birth_date_of(citizen.upgrade("110105981231998")).year == 1898


@given(numbers)
def test_made_numbers_pass_and_say_what_went_in(number):
    assert citizen.check(number) == (number, None, False)
    assert citizen.division_of(number).code == number[:6]


@given(numbers, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_any_single_wrong_place_is_noticed(number, place, wrong):
    assume(number[place] != wrong)
    assert citizen.check(number[:place] + wrong + number[place + 1 :]).fault is not None


@given(numbers, st.integers(0, 16), st.integers(1, 17))
def test_any_two_places_changed_over_are_noticed_unless_ten_apart(number, place, distance):
    other = place + distance
    assume(distance != 10 and other <= 17 and number[place] != number[other])
    places = list(number)
    places[place], places[other] = places[other], places[place]
    assert citizen.check("".join(places)).fault is not None


@given(st.text(max_size=40) | st.from_regex(r"[0-9Xx.E+' -]{0,22}", fullmatch=True))
def test_any_text_is_answered(text):
    for checked in (citizen.check(text), student_number.check(text)):
        assert checked.number or checked.fault is not None
    assert school.check(text).code or school.check(text).fault is not None


@pytest.mark.parametrize(
    ("typed", "number", "form", "fault"),
    [
        (f"g{SAMPLE.lower()}", f"G{SAMPLE}", "G", None),
        ("G110105194912310021", "G110105194912310021", "G", Fault.CHECKSUM),
        (f"J{SAMPLE}", f"J{SAMPLE}", "J", None),
        ("L510703201503011234", "L510703201503011234", "L", None),
        ("L510703201513011234", "L510703201513011234", "L", Fault.DATE),
        ("L510703201503011000", "L510703201503011000", "L", None),
        ("L519999201503011000", "L519999201503011000", "L", Fault.DIVISION),
        ("L519999201503011234", "L519999201503011234", "L", Fault.DIVISION),
        ("G1101051949123100", "G1101051949123100", "G", Fault.LENGTH),
        ("20230915", "20230915", "", None),
        ("2.0230915E+11", "", None, Fault.SCIENTIFIC),
        ("无", "", None, Fault.CHARACTERS),
        ("", "", None, Fault.EMPTY),
    ],
)
def test_student_numbers_have_three_national_forms_and_local_ones(typed, number, form, fault):
    assert student_number.check(typed) == (number, form, fault)


def test_a_formal_student_number_holds_the_citizen_number():
    assert student_number.check(student_number.make_student_number(SAMPLE)).citizen_id == SAMPLE
    assert student_number.check(f"J{SAMPLE}").citizen_id == ""
    with pytest.raises(student_number.StudentNumberError, match="checksum"):
        student_number.normalise_student_number("G110105194912310021")


@pytest.mark.parametrize(
    ("typed", "code", "fault"),
    [
        ("2151001234", "2151001234", None),
        (" ２１５１００１２３４ ", "2151001234", None),
        ("2151001234.0", "2151001234", None),
        ("2.151E+09", "", school.Fault.SCIENTIFIC),
        ("215100123", "", school.Fault.LENGTH),
        ("川2151001234", "", school.Fault.CHARACTERS),
        ("9951001234", "9951001234", school.Fault.KIND),
        ("2199001234", "2199001234", school.Fault.PROVINCE),
        ("", "", school.Fault.EMPTY),
    ],
)
def test_school_codes_say_kind_and_province(typed, code, fault):
    assert school.check(typed) == (code, fault)


def test_a_made_school_code_is_of_the_highest_stage():
    checked = school.check(school.make_school_code(("primary", "junior"), "510000", 42))
    assert (checked.code, checked.kind, checked.province) == ("3151000042", "普通初中", "510000")


def test_every_fault_has_a_sentence_of_its_own():
    sentences = [str(BadCitizenId(fault)) for fault in Fault]
    assert len(set(sentences)) == len(Fault)
    assert str(BadCitizenId()) not in sentences


def test_masks_show_little():
    assert masks.mask_citizen_id(SAMPLE) == "110105********002X"
    assert masks.mask_phone("13800001111") == "138****1111"
    assert masks.mask_student_number(f"G{SAMPLE}") == "G**************002X"
