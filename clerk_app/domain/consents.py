"""Consent to use again what is sensitive of an earlier visit (个人信息保护法 13, 29): asked once, kept as given.

Receiving an application rests on the law, and no consent is made up for it. Only what nobody has to give again, the
account of an earlier payment, needs the person's yes; without it the form is filled as if the visit had never been.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Consent:
    """The question whether sensitive answers of an earlier visit may stand again, and what the person said.

    `codes` are the elements it is about; `given` is None while nobody has asked; `at` UTC in milliseconds, 0 till then.
    """

    codes: tuple[str, ...]
    given: bool | None = None
    at: int = 0

    @property
    def is_open(self) -> bool:
        """Whether the person is still to be asked."""
        return self.given is None

    def answered(self, *, given: bool, at_ms: int) -> Consent:
        """The consent after the person said yes or no."""
        return replace(self, given=given, at=at_ms)


def consent_body(consent: Consent) -> dict[str, Any]:
    """A consent as a body or a draft writes it."""
    return {"elements": list(consent.codes), "given": consent.given, "at": consent.at}


def consent_from_body(body: Mapping[str, Any]) -> Consent:
    """Read `consent_body` back; raises `KeyError`, `TypeError` or `ValueError` for a malformed one."""
    given = body["given"]
    if given not in (None, True, False):
        raise ValueError("no yes or no")
    return Consent(tuple(str(code) for code in body["elements"]), given, int(body["at"]))
