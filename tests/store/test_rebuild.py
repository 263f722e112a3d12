"""Projections are the fold of the journal: dropped and built again, every row is the same, whatever was written."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clerk_app.domain.outcomes import ACCEPTED, RECEIVED
from clerk_app.journal.exchange import FeedPage, FeedPlace, ReceivedFact
from clerk_app.journal.hub_facts import Ack, HubWord, SignedAck, make_hub_fact
from clerk_app.store.engine import memory_engine
from clerk_app.store.projections import rebuild, snapshot
from clerk_app.store.schema import PROJECTION_VERSION, projections
from clerk_app.store.sync_state import StoreSyncState
from clerk_app.store.tip import read_tip
from clerk_app.store.verify import verify_store
from tests.helpers.stores import append, desk_at
from tests.unit.domain.builders import full_draft, taken_in
from tests.unit.domain.steps import VISIT_BODIES

HUB, REGION = bytes(32), "340399"
CASES = {
    fact.stream: dict(fact.body)
    for fact in (taken_in(full_draft("P31"), ACCEPTED), taken_in(full_draft("P14"), RECEIVED))
}
SESSION_BODIES = {
    "session.logged_in": {"name": "王例", "seal_at_hand": True},
    "session.locked": {"reason": "idle"},
    "session.unlocked": {},
    "session.logged_out": {},
}
HUB_BODIES = {
    "case.decided": {"result": "grant", "reason": "", "child": None, "official_number": "340399-7"},
    "case.returned": {"reason": "材料不清", "child": None},
    "case.praised": {"by": "a newer hub"},
}

visit_steps = st.tuples(
    st.just("append"),
    st.sampled_from(["visit/1", "visit/2"]),
    st.sampled_from(sorted(VISIT_BODIES)).map(lambda kind: (kind, VISIT_BODIES[kind])),
)
session_steps = st.tuples(
    st.just("append"), st.sampled_from(["session/1", "session/2"]), st.sampled_from(sorted(SESSION_BODIES.items()))
)
case_steps = st.sampled_from(sorted(CASES)).map(lambda stream: ("append", stream, ("case.taken_in", CASES[stream])))
strange_steps = st.tuples(
    st.just("append"),
    st.sampled_from(["visit/1", "session/1", *sorted(CASES), "future/1", "case/no-number"]),
    st.sampled_from(
        [("visit.opened", {}), ("case.taken_in", {"number": 7}), ("visit.teleported", {"to": "moon"}), ("x", {})]
    ),
)
hub_steps = st.tuples(
    st.just("hub"),
    st.sampled_from([*sorted(CASES), "visit/1", "future/2"]),
    st.sampled_from(sorted(HUB_BODIES.items())),
    st.integers(1, 60),
)
ack_steps = st.tuples(st.just("ack"), st.integers(1, 10), st.integers(1, 60))
steps = st.lists(
    st.one_of(visit_steps, visit_steps, session_steps, case_steps, strange_steps, hub_steps, ack_steps), max_size=14
)


class Desk:
    """A store whose platform answers late and out of order."""

    def __init__(self, place):
        self.store = desk_at(place).create()
        self.sync = StoreSyncState(self.store, lambda _body: ())
        self.acked = 0
        self._memory = memory_engine()

    def close(self):
        self._memory.dispose()
        self.store.close()

    def take(self, step):
        what, *details = step
        getattr(self, f"_{what}")(*details)

    def _append(self, stream, act):
        append(self.store, stream, *act)

    def _hub(self, stream, word, hub_seq):
        kind, body = word
        said = HubWord(stream, kind, body, recorded_at=1_795_305_600_000 + hub_seq)
        # No two acts share a salt, or they would be one act at two places.
        salt = f"{stream:>13}{hub_seq:03}"[-16:].encode()
        fact = make_hub_fact(said, hub=HUB, region=REGION, hub_seq=hub_seq, salt=salt)
        self.sync.take_feed(FeedPage((), (ReceivedFact(fact, bytes(64)),), (), FeedPlace(hub_seq)))

    def _ack(self, count, hub_seq):
        with self.store.read() as connection:
            tip = read_tip(connection)
        last = min(self.acked + count, tip.seq)
        if last > self.acked:
            head = self.sync.hash_at(tip.chain, last)
            assert head is not None
            ack = Ack(HUB, tip.chain, self.acked + 1, last, head, hub_seq + last - self.acked, True)
            self.sync.take_acks([SignedAck(ack, bytes(64))])
            self.acked = last

    def rows(self):
        with self.store.read() as connection:
            return snapshot(connection)

    def rows_folded_elsewhere(self):
        with self.store.read() as connection, self._memory.connect() as memory:
            rebuild(connection, into=memory)
            return snapshot(memory)

    def rebuilt_rows(self):
        with self.store._transaction() as connection:
            rebuild(connection)
            connection.commit()
        return self.rows()


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    yield desk
    desk.close()


@settings(max_examples=25)
@given(steps)
def test_dropping_and_building_all_projections_changes_no_row(taken):
    with tempfile.TemporaryDirectory() as place:
        desk = Desk(Path(place))
        for step in taken:
            desk.take(step)
            assert desk.rows_folded_elsewhere() == desk.rows()
        before = desk.rows()
        assert desk.rebuilt_rows() == before
        streams = {name: count for name, _, count, *_ in before["p_stream"]}
        assert streams == {stream: len(desk.store.reads.facts(stream)) for stream in streams}
        for name, phase in ((row[0], row[1]) for table in ("p_session", "p_visit") for row in before[table]):
            assert desk.store.reads.fold(name).state.phase == phase
        found = verify_store(desk.store)
        assert (found.chain_ok, found.projections_ok) == (True, True)
        desk.close()


def test_a_decision_that_arrives_before_its_ack_takes_effect_once_the_order_is_known(desk):
    stream = min(CASES)
    desk.take(("append", stream, ("case.taken_in", CASES[stream])))
    desk.take(("hub", stream, ("case.decided", HUB_BODIES["case.decided"]), 5))
    assert desk.store.reads.fold(stream).conflicts  # by the hub's order nothing was taken in yet
    desk.take(("ack", 1, 2))
    assert not desk.store.reads.fold(stream).conflicts
    [row] = [row for row in desk.store.reads.cases() if row.number == CASES[stream]["number"]]
    assert (row.state, row.official_number) == ("decided", "340399-7")


def test_a_stream_with_an_unknown_kind_is_kept_and_read_only(desk):
    desk.take(("append", "visit/1", ("visit.opened", VISIT_BODIES["visit.opened"])))
    desk.take(("append", "visit/1", ("visit.teleported", {"to": "moon"})))
    desk.take(("append", "visit/1", ("visit.parked", {})))
    folded = desk.store.reads.fold("visit/1")
    assert folded.read_only
    assert (folded.unknown, folded.state.phase) == (("visit.teleported",), "parked")
    [row] = desk.rows()["p_stream"]
    assert json.loads(row[4]) == ["visit.teleported"]


def test_a_family_that_only_a_newer_version_knows_survives_untouched(desk):
    desk.take(("append", "future/1", ("future.kind", {"deep": [1, {"a": None}]})))
    [fact] = desk.store.reads.facts("future/1")
    assert fact.body == {"deep": [1, {"a": None}]}
    assert desk.store.reads.fold("future/1").read_only
    assert desk.rebuilt_rows() == desk.rows()
    assert verify_store(desk.store).first_fault is None


def test_a_program_with_other_projections_folds_everything_again_when_it_settles(tmp_path, monkeypatch):
    laptop = desk_at(tmp_path)
    store = laptop.create()
    append(store, "visit/1")
    with store._transaction() as connection:
        projections.drop_all(connection)  # what a newer version's tables make of the old ones
        connection.commit()
    store.close()
    monkeypatch.setattr("clerk_app.store.store.PROJECTION_VERSION", PROJECTION_VERSION + 1)
    newer = laptop.open_settled()
    assert [row.phase for row in newer.reads.visits("open")] == ["open"]
    assert verify_store(newer).first_fault is None
    newer.close()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE p_visit SET phase = 'closed'",
        "DELETE FROM p_stream",
        "UPDATE p_stream SET facts = 2",
        "INSERT INTO p_session VALUES ('session/9', 'active', '0312', '例', 0, 0)",
    ],
)
def test_a_row_that_does_not_follow_from_the_journal_is_found(desk, damage):
    desk.take(("append", "visit/1", ("visit.opened", VISIT_BODIES["visit.opened"])))
    with desk.store._transaction() as connection:
        connection.exec_driver_sql(damage)
        connection.commit()
    found = verify_store(desk.store)
    assert (found.chain_ok, found.projections_ok) == (True, False)
    desk.rebuilt_rows()
    assert verify_store(desk.store).first_fault is None
