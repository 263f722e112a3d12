"""The licence library of a desk that has none: practice, not enrolled, or in tests."""

from __future__ import annotations

from clerk_app.domain.licences import UNAVAILABLE, LicenceFinding, LicenceQuestion


class NoLibrary:
    """Can never be asked."""

    def look_up(self, _question: LicenceQuestion) -> LicenceFinding:
        return UNAVAILABLE
