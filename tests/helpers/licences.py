"""A licence library for tests: knows what it is given, remembers what it was asked."""

from __future__ import annotations

from clerk_app.domain.licences import UNAVAILABLE, LicenceFinding, LicenceQuestion


class KnownLicences:
    """Answers from `known`, by holder and type; `away` is a line that is gone."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], LicenceFinding] = {}
        self.asked: list[LicenceQuestion] = []
        self.away = False

    def look_up(self, question: LicenceQuestion) -> LicenceFinding:
        if self.away:
            return UNAVAILABLE
        self.asked.append(question)
        return self.known.get((question.holder, question.type), LicenceFinding("none"))
