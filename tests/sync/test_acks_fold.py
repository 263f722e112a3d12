"""An ack gives entries their places: what the screens list is then what folding everything anew would give."""

from __future__ import annotations

from contextlib import closing

import pytest
from sqlalchemy import select

from clerk_app.journal.exchange import FeedPlace
from clerk_app.store import projections, sync_state
from clerk_app.store.schema import p_stream
from tests.sync.store_desk import StoreDesk
from tests.sync.test_desk_contract import ack, fact_of, page
from tests.sync.work import case_number_of, logged_in, taken_in


@pytest.fixture
def desk(platform, tmp_path):
    with closing(StoreDesk(tmp_path / "desk", platform.enrol_content(), platform.clock, platform.rng)) as desk:
        yield desk


@pytest.fixture
def folded(monkeypatch):
    """The streams folded while acks are taken."""
    streams = []

    def counted(connection, stream):
        streams.append(stream)
        return projections.refold(connection, stream)

    monkeypatch.setattr(sync_state, "refold", counted)
    return streams


def is_as_folded_anew(desk):
    with desk.store.read() as connection:
        before = projections.snapshot(connection)
    with desk.store.write("0312") as unit:
        projections.rebuild(unit.connection)
        return projections.snapshot(unit.connection) == before


def test_a_stream_of_which_nothing_else_is_known_is_not_folded_again(desk, folded):
    number = case_number_of("001", 1)
    desk.append("session/1", "session.logged_in", logged_in())
    desk.append(f"case/{number}", "case.taken_in", taken_in(number))
    last = desk.append(f"case/{number}", "case.taken_in", taken_in(number, power="receive"))
    desk.take_acks([ack(last, 1, hub_seq=9)])
    desk.take_acks([ack(last, 1, hub_seq=90)])
    assert folded == []
    assert is_as_folded_anew(desk)


def test_a_stream_in_which_an_ack_moves_something_is_folded_again(desk, folded):
    number = case_number_of("001", 1)
    stream = f"case/{number}"
    desk.take_feed(page(facts=[fact_of(number, 7)], place=FeedPlace(7, b"m" * 32)))
    entry = desk.append(stream, "case.taken_in", taken_in(number))
    with desk.store.read() as connection:
        early = connection.execute(select(p_stream.c.conflicts).where(p_stream.c.stream == stream)).scalar_one()
    folded.clear()
    desk.take_acks([ack(entry, 1, hub_seq=3)])
    assert folded == [stream]
    with desk.store.read() as connection:
        late = connection.execute(select(p_stream.c.conflicts).where(p_stream.c.stream == stream)).scalar_one()
    assert early != late
    assert is_as_folded_anew(desk)


def test_a_stream_that_is_acked_in_parts_is_folded_again(desk, folded):
    number = case_number_of("001", 1)
    first = desk.append(f"case/{number}", "case.taken_in", taken_in(number))
    second = desk.append(f"case/{number}", "case.taken_in", taken_in(number, power="receive"))
    desk.take_acks([ack(first, 1, hub_seq=5)])
    desk.take_acks([ack(second, 2, hub_seq=8)])
    assert folded == [f"case/{number}"] * 2
    assert is_as_folded_anew(desk)
