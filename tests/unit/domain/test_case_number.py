"""Case numbers: made, checked, shown, typed in again."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain import case_number

EXAMPLE = "3403990312611170003791"

halls = st.from_regex(r"[0-9]{6}", fullmatch=True)
devices = st.from_regex(r"[0-9]{3}", fullmatch=True)
days = st.dates(date(2000, 1, 1), date(2099, 12, 31))
numbers = st.builds(case_number.make, halls, devices, days, st.integers(0, 99_999))


def remainder_by_hand(digits):
    """Division by 97 as on paper, one digit at a time."""
    rest = 0
    for digit in digits:
        rest = (rest * 10 + "0123456789".index(digit)) % 97
    return rest


def test_the_published_number_is_made_from_its_parts():
    assert case_number.make("340399", "031", date(2026, 11, 17), 37) == EXAMPLE


@pytest.mark.parametrize(
    "number",
    [
        EXAMPLE,
        "3403990312611230001977",
        "3403990312611180004297",
        "3403990312611240003647",
        "3403991022611240000739",
        "3403990312611120000873",
    ],
)
def test_numbers_on_the_pictures_have_right_check_digits(number):
    assert case_number.check(number)
    assert remainder_by_hand(number) == 1


@given(numbers)
def test_a_made_number_leaves_one_when_divided_by_97(number):
    assert len(number) == 22
    assert remainder_by_hand(number) == 1
    assert case_number.check(number)


def test_every_wrong_digit_is_found():
    for place in range(22):
        for digit in "0123456789":
            wrong = EXAMPLE[:place] + digit + EXAMPLE[place + 1 :]
            assert case_number.check(wrong) is (wrong == EXAMPLE)


@given(numbers, st.integers(0, 21), st.integers(1, 9))
def test_a_wrong_digit_in_any_number_is_found(number, place, shift):
    digit = str((int(number[place]) + shift) % 10)
    assert not case_number.check(number[:place] + digit + number[place + 1 :])


@given(numbers, st.integers(0, 20))
def test_two_neighbours_swapped_are_found(number, place):
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert case_number.check(swapped) is (swapped == number)


def test_check_digits_lie_between_02_and_98():
    seen = {case_number.check_digits(f"{body:020d}") for body in range(97)}
    assert seen == {f"{digits:02d}" for digits in range(2, 99)}


def test_digits_that_only_happen_to_divide_are_no_check_digits():
    body = next(f"{n:020d}" for n in range(97) if case_number.check_digits(f"{n:020d}") == "97")
    assert remainder_by_hand(body + "00") == 1
    assert not case_number.check(body + "00")


def test_the_counter_wraps_after_99999():
    on = date(2026, 11, 17)
    assert case_number.make("340399", "031", on, 99_999)[15:20] == "99999"
    assert case_number.make("340399", "031", on, 100_000) == case_number.make("340399", "031", on, 0)


@pytest.mark.parametrize(
    ("hall", "device", "counter"),
    [("34039", "031", 0), ("340399", "31", 0), ("34039A", "031", 0), ("３40399", "031", 0), ("340399", "031", -1)],
)
def test_parts_of_the_wrong_shape_make_no_number(hall, device, counter):
    with pytest.raises(ValueError):
        case_number.make(hall, device, date(2026, 11, 17), counter)


def test_a_number_is_shown_in_its_groups():
    assert case_number.grouped(EXAMPLE) == "340399 031 261117 00037 91"
    assert case_number.grouped(EXAMPLE + "07") == "340399 031 261117 00037 91 07"


@given(numbers)
def test_what_is_shown_can_be_typed_in_again(number):
    assert case_number.parse(case_number.grouped(number)) == number


@pytest.mark.parametrize(
    "text",
    [
        EXAMPLE,
        "  340399 031 261117 00037 91 ",
        "340399-031-261117-00037-91",
        "３４０３９９ ０３１ ２６１１１７ ０００３７ ９１",
        "340399\u3000031\u3000261117\u300000037\u300091\n",
    ],
)
def test_spaces_hyphens_and_full_width_digits_are_read(text):
    assert case_number.parse(text) == EXAMPLE


@pytest.mark.parametrize(
    "text", ["", "340399", EXAMPLE[:-1], EXAMPLE + "0", "340399 031 261117 00037 92", "周例安", "٣" * 22]
)
def test_anything_else_is_no_number(text):
    assert case_number.parse(text) is None


def test_a_child_adds_two_digits_to_its_package():
    children = [case_number.child(EXAMPLE, ordinal) for ordinal in (1, 7, 99)]
    assert children == [EXAMPLE + "01", EXAMPLE + "07", EXAMPLE + "99"]
    assert all(case_number.check(child) for child in children)
    assert not case_number.check(EXAMPLE + "00")


@pytest.mark.parametrize(
    ("number", "ordinal"), [(EXAMPLE, 0), (EXAMPLE, 100), (EXAMPLE + "01", 1), (EXAMPLE[:-1] + "2", 1)]
)
def test_a_child_needs_a_package_and_an_ordinal_from_1_to_99(number, ordinal):
    with pytest.raises(ValueError):
        case_number.child(number, ordinal)
