"""The closed table of what an element may be computed from (算): pure functions, named in the catalogue.

A function is handed the answers of its arguments and the civil date of today; it returns the value as the form shows
it, or an empty text while an argument is missing or says nothing usable. No function guesses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from clerk_app.domain import id_number
from clerk_app.domain.conditions import Answers, number_of
from clerk_app.domain.form_tables import table_rows
from clerk_app.domain.sources import Source

Compute = Callable[[Sequence[str], date], str]

YES, NO = "是", "否"
"""What a question among the functions answers."""


@dataclass(frozen=True, slots=True)
class Computation:
    """A function with its number of arguments: `at_least`, and no more unless `open_ended`.

    `words`: so many of the last arguments are words and no codes of elements; `names_column`: the word is the key of
    a column. `is_number`: what it gives can be compared.
    """

    compute: Compute
    at_least: int = 1
    open_ended: bool = False
    words: int = 0
    names_column: bool = False
    is_number: bool = False
    choices: tuple[str, ...] = ()

    def takes(self, count: int) -> bool:
        """Whether it can be written with so many arguments."""
        return count >= self.at_least if self.open_ended else count == self.at_least


def computed_from(source: Source) -> tuple[str, ...]:
    """The codes of the elements that a computed source is worked out from; none for a name not in the table."""
    computation = COMPUTATIONS.get(source.of)
    return source.arguments[: len(source.arguments) - computation.words] if computation else ()


def computed_value(source: Source, answers: Answers, today: date) -> str:
    """What a computed source gives for these answers; raises `KeyError` for a name that is not in the table."""
    computation = COMPUTATIONS[source.of]
    codes = computed_from(source)
    words = source.arguments[len(codes) :]
    values = [answers.get(code, "") for code in codes]
    return "" if codes and not all(values) else computation.compute([*values, *words], today)


def _age(values: Sequence[str], today: date) -> str:
    """Full years on this day; one born on 29 February is a year older on 1 March."""
    try:
        born = date.fromisoformat(values[0])
    except ValueError:
        return ""
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return str(years) if years >= 0 else ""


def _months(values: Sequence[str], today: date) -> str:
    """Full months since a day that has come."""
    try:
        since = date.fromisoformat(values[0])
    except ValueError:
        return ""
    months = (today.year - since.year) * 12 + today.month - since.month - (today.day < since.day)
    return str(months) if months >= 0 else ""


def _contains(values: Sequence[str], _today: date) -> str:
    return YES if values[1] in values[0] else NO


def _birth_date(values: Sequence[str], _today: date) -> str:
    born = id_number.birth_date(values[0]) if id_number.is_valid(values[0]) else None
    return born.isoformat() if born else ""


def _sex(values: Sequence[str], _today: date) -> str:
    sex = id_number.sex(values[0]) if id_number.is_valid(values[0]) else None
    return {"male": "男", "female": "女"}.get(sex or "", "")


def _same(values: Sequence[str], _today: date) -> str:
    return values[0]


def _sum(values: Sequence[str], _today: date) -> str:
    return _total(values)


def _rows(values: Sequence[str], _today: date) -> str:
    return str(len(table_rows(values[0])))


def _column_sum(values: Sequence[str], _today: date) -> str:
    return _total([row.get(values[1], "") for row in table_rows(values[0])])


def _today(_values: Sequence[str], today: date) -> str:
    return today.isoformat()


def _total(texts: Sequence[str]) -> str:
    numbers = [number_of(text) for text in texts]
    return "" if not numbers or None in numbers else f"{sum(filter(None, numbers), Decimal(0)):f}"


COMPUTATIONS: Mapping[str, Computation] = MappingProxyType(
    {
        "age": Computation(_age, is_number=True),
        "months": Computation(_months, is_number=True),
        "birth_date": Computation(_birth_date),
        "sex": Computation(_sex, choices=("男", "女")),
        "same": Computation(_same),
        "sum": Computation(_sum, open_ended=True, is_number=True),
        "rows": Computation(_rows, is_number=True),
        "column_sum": Computation(_column_sum, at_least=2, words=1, names_column=True, is_number=True),
        "contains": Computation(_contains, at_least=2, words=1, choices=(YES, NO)),
        "today": Computation(_today, at_least=0),
    }
)
