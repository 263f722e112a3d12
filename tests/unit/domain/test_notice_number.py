"""Numbers of one-time notices: digits only, checked, and never taken for a case."""

from datetime import date

import pytest

from clerk_app.domain import case_number, notice_number

NUMBER = notice_number.make("340399", "031", date(2026, 11, 17), 37)


def test_a_number_tells_hall_device_day_and_count():
    assert NUMBER[:18] == "340399" + "031" + "261117" + "037"
    assert notice_number.count_of(NUMBER) == 37


def test_it_is_an_even_number_of_digits_as_the_barcode_asks():
    assert NUMBER.isdigit()
    assert len(NUMBER) == 20


def test_it_is_read_back_however_it_is_typed():
    shown = notice_number.grouped(NUMBER)
    assert shown == f"340399 031 261117 037 {NUMBER[-2:]}"
    for typed in (
        NUMBER,
        shown,
        f" {shown} ",
        shown.replace(" ", "-"),
        shown.translate({48 + n: 65296 + n for n in range(10)}),
    ):
        assert notice_number.parse(typed) == NUMBER


def test_every_wrong_digit_and_every_swap_is_noticed():
    for place, digit in enumerate(NUMBER):
        for other in set("0123456789") - {digit}:
            assert not notice_number.check(NUMBER[:place] + other + NUMBER[place + 1 :])
    for place in range(len(NUMBER) - 1):
        swapped = NUMBER[:place] + NUMBER[place + 1] + NUMBER[place] + NUMBER[place + 2 :]
        assert swapped == NUMBER or not notice_number.check(swapped)


def test_no_case_is_a_notice_and_no_notice_a_case():
    case = case_number.make("340399", "031", date(2026, 11, 17), 37)
    assert notice_number.parse(case) is None
    assert notice_number.parse(case_number.child(case, 1)) is None
    assert case_number.parse(NUMBER) is None


@pytest.mark.parametrize(
    ("hall", "device", "counter"), [("34039", "031", 1), ("340399", "31", 1), ("340399", "031", -1)]
)
def test_what_is_no_place_and_no_count_gives_no_number(hall, device, counter):
    with pytest.raises(ValueError, match="six digits of hall"):
        notice_number.make(hall, device, date(2026, 11, 17), counter)
