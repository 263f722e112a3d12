"""Every stream and every kind this version knows, on the desk and on the hub alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from clerk_app.domain.appeals import APPEAL
from clerk_app.domain.case import CASE
from clerk_app.domain.fold import Fact, Folded, StreamType, fold
from clerk_app.domain.given_notice import NOTICE
from clerk_app.domain.session import SESSION
from clerk_app.domain.visit import VISIT

STREAMS: Mapping[str, StreamType] = MappingProxyType(
    {family.name: family for family in (SESSION, VISIT, NOTICE, APPEAL, CASE)}
)


def fold_stream(stream: str, facts: Sequence[Fact]) -> Folded:
    """The state of one stream from its facts in journal order."""
    return fold(stream, facts, STREAMS)
