"""docs/error-codes.md is the table for the support desk; it is written from the code, never by hand.

After a change: `python -m tests.unit.test_error_codes` writes it again.
"""

from __future__ import annotations

import inspect
from pathlib import Path

from clerk_app import errors
from clerk_app.messages import CODES, message

TABLE = Path(__file__).parents[2] / "docs" / "error-codes.md"
HEAD = """# Error codes (错误代码)

What the command line prints as `error.code`, what the log names, and what the clerk reads. Written by
`python -m tests.unit.test_error_codes`; a test compares it with the code.

| code | kind | tried again by itself | sentence | next step |
| --- | --- | --- | --- | --- |
"""


def written() -> str:
    """The table as it should be."""
    return HEAD + "".join(_row(kind) for kind in sorted(_kinds(), key=lambda kind: kind.code))


def _kinds() -> list[type[errors.ClerkError]]:
    found = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.ClerkError)]
    return [kind for kind in found if kind.code in CODES]


def _row(kind: type[errors.ClerkError]) -> str:
    base = kind.__mro__[1].__name__
    said = message(kind.code)
    again = "yes" if kind.retryable else "no"
    return f"| `{kind.code}` | {base} | {again} | {said.sentence} | {said.next_step} |\n"


def test_the_table_of_codes_is_up_to_date() -> None:
    assert TABLE.read_text("utf-8") == written()


def test_every_code_stands_for_one_kind_only() -> None:
    codes = [kind.code for kind in _kinds()]
    assert len(codes) == len(set(codes))


if __name__ == "__main__":
    TABLE.write_text(written(), "utf-8")
