"""Judging again: what was parked for its kind, after an upgrade; what was in quarantine, once it is released."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection, select, update

from clerk_app.domain.fold import Fact, Folded
from clerk_app.domain.kinds import fold_stream
from clerk_app.journal.exchange import Verdict
from sync.feed_page import verdict_line
from sync.hub.hub import Hub
from sync.hub.judge import QUARANTINED, UNKNOWN_KIND, Judgement, Place, judgements, load_facts, replace_case_rows
from sync.hub.order import FeedLine, append_to_feed, take_numbers
from sync.hub.schema import cases, chains, entries, verdicts
from sync.hub.sharing import Holding, lock_holders
from sync.hub.store import insert_all, retried


def reconsider(hub: Hub) -> int:
    """Judge again what was parked for its kind; return how many verdicts changed. Harmless to repeat."""
    with hub.store.reading() as connection:
        statement = select(entries.c.region, entries.c.stream).where(
            entries.c.verdict == "parked", entries.c.reason == UNKNOWN_KIND
        )
        found = connection.execute(statement.distinct().order_by(*statement.selected_columns)).fetchall()
    return sum(retried(partial(_reconsider, hub, row.region, row.stream)) for row in found)


def index_persons(hub: Hub) -> int:
    """Give the rows of cases from before there was one the hash of their applicant; return how many."""
    with hub.store.reading() as connection:
        statement = select(cases.c.region, cases.c.number).where(cases.c.person.is_(None))
        found = connection.execute(statement.order_by(*statement.selected_columns)).fetchall()
    for row in found:
        retried(partial(_index, hub, row.region, f"case/{row.number}"))
    return len(found)


def _index(hub: Hub, region: str, stream: str) -> None:
    with hub.store.writing() as connection:
        lock_holders(connection, region, [stream])
        folded = fold_stream(stream, load_facts(connection, region, [stream])[stream])
        replace_case_rows(hub.keys, connection, region, [folded])


def _reconsider(hub: Hub, region: str, stream: str) -> int:
    with hub.store.writing() as connection:
        return judge_again(hub, connection, stream, lock_holders(connection, region, [stream])[stream])


def judge_again(hub: Hub, connection: Connection, stream: str, holding: Holding) -> int:
    """Judge every entry of a stream, each at its place, wherever its desk is; return how many verdicts changed.

    Call under the locks of all regions that hold the stream.
    """
    changed = 0
    for region in holding.regions:
        facts = load_facts(connection, region, [stream])[stream]
        folded = fold_stream(stream, facts)
        changed += _judge_again(connection, region, facts, folded)
        if changed:
            replace_case_rows(hub.keys, connection, region, [folded])
    return changed


def _judge_again(connection: Connection, region: str, facts: Sequence[Fact], folded: Folded) -> int:
    now = judgements([folded], [fact for fact in facts if not fact.by_hub])
    statement = select(entries.c.chain, entries.c.seq, entries.c.verdict, entries.c.reason, chains.c.device)
    rows = connection.execute(
        statement.join(chains, (chains.c.region == entries.c.region) & (chains.c.chain == entries.c.chain))
        .where(entries.c.region == region, entries.c.stream == folded.stream, entries.c.verdict != QUARANTINED)
        .order_by(entries.c.hub_seq)
    ).fetchall()
    differing = [row for row in rows if now[(row.chain, row.seq)] != Judgement(row.verdict, row.reason)]
    for row in differing:
        judged = now[(row.chain, row.seq)]
        mine = (entries.c.region == region, entries.c.chain == row.chain, entries.c.seq == row.seq)
        connection.execute(update(entries).where(*mine).values(verdict=judged.verdict, reason=judged.reason))
        tell_verdict(connection, region, row.device, (row.chain, row.seq), judged)
    return len(differing)


def tell_verdict(connection: Connection, region: str, device: str, place: Place, judged: Judgement) -> None:
    """Tell a device the verdict on its entry at a fresh number, later than that of the entry."""
    hub_seq, (chain, seq) = take_numbers(connection, region, 1), place
    verdict = Verdict(chain, seq, seq, hub_seq, judged.verdict, judged.reason)
    said = {"chain": chain, "seq": seq, "verdict": judged.verdict, "reason": judged.reason}
    insert_all(connection, verdicts, [{"region": region, "hub_seq": hub_seq, **said}])
    append_to_feed(connection, region, device, [FeedLine(hub_seq, verdict_line(verdict))])
