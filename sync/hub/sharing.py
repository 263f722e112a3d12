"""Which regions hold a case: its home, the hall that its number names, and every region that took it up since.

Whatever is written to a case is put in order, in one transaction, in every region that holds it. The orders are locked
in ascending order of their regions, so that two writers never wait for each other; and since each of them locks the
home, what is written to one case has the same sequence in all its regions, under different numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from clerk_app.domain import case_number
from sync.hub.order import lock_order
from sync.hub.schema import holders, regions
from sync.hub.store import DoAgain, insert_all, insert_or_nothing, parts_of

_CASE = "case/"
_HOLDERS = select(holders.c.stream, holders.c.holder).where(
    holders.c.region == bindparam("home"), holders.c.stream.in_(bindparam("part", expanding=True))
)


@dataclass(frozen=True, slots=True)
class Holding:
    """Where a stream is kept: its `home`, and all `regions` that hold it, the home among them, ascending."""

    home: str
    regions: tuple[str, ...]

    def others(self, region: str) -> tuple[str, ...]:
        """The regions but this one."""
        return tuple(other for other in self.regions if other != region)


def home_of(stream: str, region: str) -> str:
    """The region whose case this is, by its number; any other stream belongs to the `region` it is written in."""
    number = stream.removeprefix(_CASE)
    return number[: case_number.HALL] if stream.startswith(_CASE) and case_number.check(number) else region


def find_holders(connection: Connection, region: str, streams: Iterable[str]) -> dict[str, Holding]:
    """Who holds each of these streams, as seen from `region`, which may not be among them yet."""
    by_home: dict[str, list[str]] = defaultdict(list)
    for stream in streams:
        by_home[home_of(stream, region)].append(stream)
    homes = {stream: home for home, theirs in by_home.items() for stream in theirs}
    found: dict[str, set[str]] = {stream: {home} for stream, home in homes.items()}
    for home, theirs in sorted(by_home.items()):
        for part in parts_of([stream for stream in theirs if stream.startswith(_CASE)]):
            for row in connection.execute(_HOLDERS, {"home": home, "part": part}):
                found[row.stream].add(row.holder)
    return {stream: Holding(homes[stream], tuple(sorted(among))) for stream, among in found.items()}


def lock_holders(
    connection: Connection, region: str, streams: Iterable[str], *, also: Iterable[str] = ()
) -> dict[str, Holding]:
    """Hold until the commit the orders of `region` and of all regions that hold these streams; return who holds what.

    `also`: regions that are about to hold them too.
    Raises `DoAgain` where another region took one of them up just before: its order may come before those locked here.
    """
    wanted = sorted(set(streams))
    locked = {region, *also} | _regions(find_holders(connection, region, wanted))
    for each in sorted(locked):
        if each != region:
            # A hall may be written to before its first device is enrolled.
            insert_or_nothing(connection, regions, {"region": each, "name": "", "last_hub_seq": 0})
        lock_order(connection, each)
    found = find_holders(connection, region, wanted)
    if not _regions(found) <= locked:
        raise DoAgain
    return found


def _regions(found: Mapping[str, Holding]) -> set[str]:
    return {each for holding in found.values() for each in holding.regions}


def note_holder(connection: Connection, stream: str, holding: Holding, holder: str, now_ms: int) -> Holding:
    """Note that one more region holds a stream; call under the locks of both."""
    insert_all(connection, holders, [{"region": holding.home, "stream": stream, "holder": holder, "since": now_ms}])
    return Holding(holding.home, tuple(sorted((*holding.regions, holder))))
