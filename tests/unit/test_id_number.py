"""Citizen numbers: what is valid, what they tell, and how they are masked."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain import ethnic_groups, id_number

VALID = ["999999199202160010", "999999194102150023", "932682198501010017", "99999919491231005X"]


@pytest.mark.parametrize("number", VALID)
def test_right_numbers_are_valid(number):
    assert id_number.is_valid(number)


@pytest.mark.parametrize(
    "number",
    [
        "",
        "99999919920216001",
        "9999991992021600100",
        "999999199202160011",
        "99999919491231005x",
        "99999９199202160010",
        " 99999199202160010",
        "999999199202160010\n",
    ],
)
def test_wrong_numbers_are_not(number):
    assert not id_number.is_valid(number)


def test_a_day_that_never_was_is_not_valid_even_with_the_right_check_character():
    first_17 = "99999919930229001"
    assert not id_number.is_valid(first_17 + id_number.check_character(first_17))


@given(st.sampled_from(VALID), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(number, at, by):
    wrong = number[:at] + str((int(number[at]) + by) % 10) + number[at + 1 :]
    assert not id_number.is_valid(wrong)


@given(st.text(max_size=40))
def test_any_text_gets_an_answer(text):
    assert id_number.is_valid(text) in (True, False)
    assert len(id_number.mask(text)) == len(text)


def test_the_check_character_needs_17_digits():
    with pytest.raises(ValueError):
        id_number.check_character("1234")


def test_birth_date_and_sex_are_read_from_the_number():
    assert id_number.birth_date("999999199202160010") == date(1992, 2, 16)
    assert id_number.sex("999999199202160010") == "male"
    assert id_number.sex("999999194102150023") == "female"
    assert id_number.birth_date("EXA999999999999") is None
    assert id_number.sex("EXA999999999999") is None


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("999999199202160010", "999999********0010"),
        ("CHE110085010109", "CHE110*****0109"),
        ("H12345678", "*******78"),
        ("", ""),
    ],
)
def test_masking_keeps_six_and_four(number, masked):
    assert id_number.mask(number) == masked


def test_ethnic_groups_are_named_by_their_code():
    assert len(ethnic_groups.NAMES) == 58
    assert [ethnic_groups.name_of(code) for code in ("01", "11", "29", "56", "97", "98")] == [
        "汉", "满", "柯尔克孜", "基诺", "其他", "外国血统",
    ]  # fmt: skip


def test_an_unknown_ethnic_code_is_shown_not_dropped():
    assert ethnic_groups.name_of("81") == "民族代码 81"
