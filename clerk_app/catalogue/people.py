"""Invented people for demo, tests and pictures: …例… names, the impossible area 999999, right check digits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from clerk_app.domain.ethnic_groups import name_of
from clerk_app.domain.identity import LONG_TERM, IdentityDocument, Sex

AREA = "999999"
SURNAMES = "赵钱孙李周吴郑王冯陈林何吕施张孔曹严华金魏陶姜"
GIVEN = "安宁和平秀成立江福康乐敏文华英明芳强兰伟静"
RARE = ("𠮷", "𬱖")
"""Characters above U+FFFF that real names hold; every twentieth invented name does too."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def citizen_number(birth: date, order: int) -> str:
    """An 18-digit number of the impossible area with a right check digit (GB 11643); odd orders are men."""
    body = f"{AREA}{birth:%Y%m%d}{order:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def invented_person(seed: int, position: int, today: date, *, at_least: int = 18) -> IdentityDocument:
    """The `position`-th invented person of a seed, at least `at_least` years old; always the same person."""
    chance = Random(f"{seed}/{position}")  # noqa: S311 - sample data, not a secret
    age_days = chance.randrange(at_least * 366, 92 * 365)
    birth = today - timedelta(days=age_days)
    order = chance.randrange(1, 1000)
    sex: Sex = "male" if order % 2 else "female"
    rare = RARE[position // 20 % len(RARE)] if position % 20 == 19 else chance.choice(GIVEN)
    code = chance.choice(("01", "01", "01", "01", "03", "11"))
    return IdentityDocument(
        "resident_id",
        name=f"{chance.choice(SURNAMES)}例{rare}",
        sex=sex,
        ethnicity_code=code,
        ethnicity=name_of(code),
        birth_date=birth.isoformat(),
        address=f"例省例州市甲县乙镇丙村{chance.randrange(1, 400)}号",
        number=citizen_number(birth, order),
        number_valid=True,
        issuer="例州市公安局甲县分局",
        valid_from=_issued(today, age_days).isoformat(),
        valid_until=LONG_TERM if age_days > 46 * 365 else _until(_issued(today, age_days)).isoformat(),
    )


def invented_people(seed: int, today: date) -> Iterator[IdentityDocument]:
    """Invented people without end."""
    position = 0
    while True:
        yield invented_person(seed, position, today)
        position += 1


def _issued(today: date, age_days: int) -> date:
    return today - timedelta(days=min(age_days, 3 * 365))


def _until(issued: date) -> date:
    # Ten-year cards end on the day they were issued; 29 February becomes the 28th.
    return date(issued.year + 20, issued.month, min(issued.day, 28))
