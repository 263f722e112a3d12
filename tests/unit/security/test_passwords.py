"""Passwords that are allowed, and what is derived from them."""

import pytest

from clerk_app.errors import WeakPassword
from clerk_app.security.passwords import STANDARD_COST, KdfCost, check_password, derive
from tests.helpers.stores import CHEAP

SALT = bytes(16)


@pytest.mark.parametrize("password", ["Example-2026", "例子例子例子abc1", "Aa1aaaaaaa", "aaaaaaaa-1", "          aA"])
def test_ten_characters_of_three_classes_are_enough(password):
    check_password(password)


@pytest.mark.parametrize(
    "password", ["", "Aa1-", "Example-2", "examplexample", "example2026", "EXAMPLE2026", "1234567890"]
)
def test_shorter_or_plainer_passwords_are_refused(password):
    with pytest.raises(WeakPassword):
        check_password(password)


def test_everything_that_goes_in_changes_what_comes_out():
    base = derive("Example-2026", salt=SALT, cost=CHEAP, device_secret=b"")
    assert len(base) == 32
    assert derive("Example-2026", salt=SALT, cost=CHEAP, device_secret=b"") == base
    others = [
        derive("Example-2027", salt=SALT, cost=CHEAP, device_secret=b""),
        derive("Example-2026", salt=b"x" * 16, cost=CHEAP, device_secret=b""),
        derive("Example-2026", salt=SALT, cost=KdfCost(128, 1, 1), device_secret=b""),
        derive("Example-2026", salt=SALT, cost=CHEAP, device_secret=b"secret"),
    ]
    assert len({base, *others}) == 5


def test_a_password_that_is_no_text_is_only_a_wrong_one():
    assert len(derive("\udcff", salt=SALT, cost=CHEAP, device_secret=b"")) == 32


def test_the_shipped_cost_is_at_least_what_rfc_9106_calls_its_second_choice():
    assert STANDARD_COST.memory_kib >= 64 * 1024
    assert STANDARD_COST.passes >= 3
    assert STANDARD_COST.lanes >= 4


@pytest.mark.parametrize("cost", [(7, 1, 1), (8, 0, 1), (64, 1, 0), (31, 1, 4), (2**31, 1, 1), (64, 10_000, 1)])
def test_a_cost_out_of_range_is_refused_before_it_is_paid(cost):
    with pytest.raises(ValueError):
        KdfCost(*cost)
