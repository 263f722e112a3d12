"""Conflicts for a person: both versions told, nothing lost, one choice each, and the entry that settles it."""

from __future__ import annotations

from dataclasses import dataclass

from clerk_app.domain.case_number import HALL
from clerk_app.domain.civil import short_time
from clerk_app.domain.conflicts import ChoiceWords, Dispute, disputes, settled_body
from clerk_app.domain.fold import SETTLED, Fact, SettlementChoice
from clerk_app.domain.history import PLATFORM, history_line
from clerk_app.errors import NeedsUpgrade, UnlawfulStep
from clerk_app.services.acts import append_lawful
from clerk_app.services.desk import Desk, SignedIn

NOTHING_LOST = "两步都在办件经过里，一步都不会删。"
OWN = "本机"


@dataclass(frozen=True, slots=True)
class VersionView:
    """One of the two versions: what was done, when, by whom and where (本机, 设备 005, 大厅 340399 设备 005, 平台)."""

    text: str
    at: int
    when: str
    clerk: str
    where: str


@dataclass(frozen=True, slots=True)
class ConflictView:
    """One conflict as a page shows it.

    `act` names it to `settle_conflict`. `without_effect` is the step that came second, `standing` the one that counts
    (None if the step was never lawful here). `what` and `lost` are sentences; `referred` is the note that asked for a
    supervisor, None if nobody did. `choices` have a digit each.
    """

    stream: str
    act: str
    reason: str
    what: str
    lost: str
    without_effect: VersionView
    standing: VersionView | None
    referred: str | None
    choices: tuple[ChoiceWords, ...]


def list_conflicts(desk: Desk) -> tuple[ConflictView, ...]:
    """Every open conflict of this desk's streams."""
    streams = desk.journal.reads.disputed_streams()
    return tuple(view for stream in streams for view in conflicts_of(desk, stream))


def conflicts_of(desk: Desk, stream: str) -> tuple[ConflictView, ...]:
    """The open conflicts of one stream."""
    reads = desk.journal.reads
    facts = reads.facts(stream)
    devices = reads.devices_of(stream)
    return tuple(_view(desk, stream, dispute, devices) for dispute in disputes(stream, facts))


def settle_conflict(
    desk: Desk, me: SignedIn, stream: str, act: str, choice: SettlementChoice, *, note: str = ""
) -> None:
    """Record what a person decided about a step without effect.

    `record_again` writes the step once more, now and in this clerk's name, in the same transaction as the word that
    settles it. Raises `UnlawfulStep` if it was settled meanwhile or the choice is not open, and
    `NeedsUpgrade`.
    """
    with desk.journal.write(me.clerk) as unit:
        if unit.fold(stream).read_only:
            raise NeedsUpgrade
        dispute = _find(desk, stream, act, choice)
        if choice == "record_again":
            append_lawful(unit, stream, dispute.step.kind, dispute.step.body)
        append_lawful(unit, stream, SETTLED, settled_body(dispute.step.act, choice, note))
        unit.commit()


def _find(desk: Desk, stream: str, act: str, choice: SettlementChoice) -> Dispute:
    for dispute in disputes(stream, desk.journal.reads.facts(stream)):
        if dispute.step.act.hex() == act and any(words.choice == choice for words in dispute.choices):
            return dispute
    raise UnlawfulStep(reason="no_such_conflict")


def _view(desk: Desk, stream: str, dispute: Dispute, devices: dict[tuple[str, int], str]) -> ConflictView:
    second = _version(desk, dispute.step, devices)
    first = _version(desk, dispute.standing, devices) if dispute.standing else None
    return ConflictView(
        stream=stream,
        act=dispute.step.act.hex(),
        reason=dispute.conflict.reason,
        what=what_happened(first, second),
        lost=NOTHING_LOST,
        without_effect=second,
        standing=first,
        referred=dispute.referred.note if dispute.referred else None,
        choices=dispute.choices,
    )


def what_happened(first: VersionView | None, second: VersionView) -> str:
    """One sentence about the step that counts, if there is one, and the one without effect."""
    told = f"{_spaced(second.where)}的“{second.text}”没有生效"
    return f"{_spaced(first.where)}先办了“{first.text}”，{told}。" if first else f"{told}：记录不合要求。"


def _spaced(where: str) -> str:
    """Chinese follows a digit after a space."""
    return f"{where} " if where[-1:].isdigit() else where


def _device_name(desk: Desk, code: str) -> str:
    """A device by its nine digits; one of another hall with that hall."""
    place = desk.place()
    hall, device = code[:HALL], f"设备 {code[HALL:]}"
    return device if place is not None and place.hall == hall else f"大厅 {hall} {device}"


def _version(desk: Desk, fact: Fact, devices: dict[tuple[str, int], str]) -> VersionView:
    name = desk.journal.reads.clerk_name(fact.clerk) or fact.clerk
    line = history_line(fact, name)
    device = devices.get((fact.chain, fact.seq))
    where = PLATFORM if fact.by_hub else _device_name(desk, device) if device else OWN
    return VersionView(line.text, fact.recorded_at, short_time(fact.recorded_at), line.by, where)
