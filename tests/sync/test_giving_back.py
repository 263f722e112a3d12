"""What a hub showed and lost together with its writer comes back from whoever was shown it, once, and proved."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from clerk_app.domain.kinds import fold_stream
from clerk_app.journal.signature import HEAD, head_message
from sync import capabilities
from sync.batch import decode_batch, encode_batch
from sync.engine import sync_once
from sync.entry_item import entry_item
from sync.hub.devices import registered_device
from sync.hub.give_back import take_entries_back
from sync.hub.judge import APPLIED, judgements, load_facts
from sync.hub.push import push
from sync.hub.quarantine import Choice, keep, listed, release
from sync.hub.revoke import revoke
from sync.hub.schema import cases, copies, entries
from sync.hub.verify import verify_hub
from sync.report import Repaired
from sync.schemas import EntriesAsk
from tests.sync.conftest import Backup
from tests.sync.store_desk import StoreDesk
from tests.sync.work import HALL, case_number_of, logged_in, scan, taken_in

FAR_HALL = "999998"


def take_in(desk, counter=1, device="001", *blobs):
    number = case_number_of(device, counter)
    desk.append(f"case/{number}", "case.taken_in", taken_in(number, *map(scan, blobs)))
    return number


def sync(platform, *desks):
    reports = [sync_once(platform.lane(desk)) for desk in desks]
    assert [(report.state, report.problem) for report in reports] == [("done", None)] * len(desks)
    return reports


def device_of(platform, desk):
    with platform.hub.store.reading() as connection:
        return registered_device(connection, desk.registration().code)


def facts_at(platform, stream, region=HALL):
    with platform.hub.store.reading() as connection:
        return load_facts(connection, region, [stream])[stream]


def count(platform, table):
    with platform.hub.store.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def states(platform):
    with platform.hub.store.reading() as connection:
        return dict(connection.execute(select(cases.c.number, cases.c.state)).fetchall())


def all_see_the_same(platform, stream, *desks, region=HALL):
    there = facts_at(platform, stream, region)
    for desk in desks:
        here = desk.facts_of(stream)
        assert sorted((fact.chain, fact.seq, fact.act) for fact in here) == sorted(
            (fact.chain, fact.seq, fact.act) for fact in there
        )
        assert fold_stream(stream, here) == fold_stream(stream, there)
    assert verify_hub(platform.hub).first_fault is None


@pytest.fixture
def desks(platform):
    """Window 3 writes, window 5 is shown it."""
    return platform.desk("3 号窗口"), platform.desk("5 号窗口")


@pytest.fixture
def lost(platform, desks, tmp_path):
    """A case of window 3 that only window 5 still has: the hub and window 3 were put back to before it."""
    window3, window5 = desks
    sync(platform, window3, window5)
    backup, image = Backup(platform, tmp_path / "backup"), window3.image()
    window3.append("session/1", "session.logged_in", logged_in())
    number = take_in(window3)
    sync(platform, window3)
    window5.look_up(number)
    sync(platform, window5)
    # What stands before it in its chain, window 5 was never shown.
    assert [entry.attested.header.seq for entry in window5.entries.values()] == [2]
    written = list(window3.chains[0].entries)
    backup.restore()
    window3.put_back(image)
    return number, written


def batch_of(desk, written):
    """The batch with which a desk would send these entries of one chain."""
    chain = written[0].head.chain
    signature = desk.sign(HEAD, head_message(chain, len(written), written[-1].hash))
    return decode_batch(encode_batch(chain, 1, written, signature))


def offered(desk, **changes):
    """What a desk holds of others, as it offers it."""
    return EntriesAsk(entries=[entry_item(one.attested, one.signature, **changes) for one in desk.entries.values()])


def standings(platform, desk):
    answer = take_entries_back(platform.hub, device_of(platform, desk), offered(desk))
    return [one.standing for one in answer.entries]


# ---- given back ---------------------------------------------------------------------------------------------------


def test_a_desk_gives_back_what_it_was_shown_and_its_writer_sees_it_again(platform, desks, lost):
    window3, window5 = desks
    number, _written = lost
    sync(platform, window3)
    [report] = sync(platform, window5)
    assert report.repaired == Repaired(given_back=1)
    sync(platform, window3)
    all_see_the_same(platform, f"case/{number}", window3, window5)
    assert states(platform) == {number: "accepted"}
    # The next syncs find nothing to put right any more, and neither does the same request once more.
    before = count(platform, copies), count(platform, entries)
    assert [one.repaired for one in sync(platform, window5, window3)] == [Repaired(), Repaired()]
    assert standings(platform, window5) == ["known"]
    assert (count(platform, copies), count(platform, entries)) == before == (1, 0)


def test_whoever_takes_the_case_up_later_is_shown_what_was_given_back(platform, desks, lost):
    window3, window5 = desks
    number, _written = lost
    sync(platform, window5)
    window7 = platform.desk("7 号窗口")
    window7.look_up(number)
    sync(platform, window7)
    all_see_the_same(platform, f"case/{number}", window5, window7)
    window3.append(f"case/{number}", "case.beamed_up", {})
    sync(platform, window3, window7)
    all_see_the_same(platform, f"case/{number}", window3, window7)


def test_two_desks_that_were_shown_it_give_it_back_once(platform, desks, tmp_path):
    window3, window5 = desks
    window7 = platform.desk("7 号窗口")
    sync(platform, window3, window5, window7)
    backup, image = Backup(platform, tmp_path / "backup"), window3.image()
    number = take_in(window3)
    sync(platform, window3)
    for desk in (window5, window7):
        desk.look_up(number)
        sync(platform, desk)
    backup.restore()
    window3.put_back(image)
    reports = sync(platform, window5, window7)
    assert [report.repaired.given_back for report in reports] == [1, 0]
    sync(platform, window3, window5)
    all_see_the_same(platform, f"case/{number}", window3, window5, window7)


def test_much_is_given_back_in_several_calls(platform, desks, tmp_path, monkeypatch):
    monkeypatch.setattr("sync.repair.MAX_ENTRIES", 2)
    window3, window5 = desks
    sync(platform, window3, window5)
    backup, image = Backup(platform, tmp_path / "backup"), window3.image()
    number = take_in(window3)
    for _ in range(4):
        window3.append(f"case/{number}", "case.beamed_up", {"text": "例" * 100})
    sync(platform, window3)
    window5.look_up(number)
    sync(platform, window5)
    backup.restore()
    window3.put_back(image)
    [report] = sync(platform, window5)
    assert report.repaired == Repaired(given_back=5)
    sync(platform, window3)
    all_see_the_same(platform, f"case/{number}", window3, window5)
    monkeypatch.setattr("sync.repair.MAX_BYTES", 1)
    backup.restore()
    window3.put_back(image)
    [report] = sync(platform, window5)
    assert report.repaired == Repaired(given_back=5)


def test_a_hub_of_an_earlier_version_is_offered_nothing(platform, desks, lost, monkeypatch):
    earlier = tuple(name for name in capabilities.ALL if name != capabilities.TAKES_ENTRIES)
    monkeypatch.setattr(capabilities, "ALL", earlier)
    [report] = sync(platform, desks[1])
    assert (report.repaired, count(platform, copies)) == (Repaired(), 0)


def test_only_what_the_hub_itself_signed_is_taken(platform, desks, lost):
    window5 = desks[1]
    number, _written = lost
    [received] = window5.entries.values()
    forged = replace(received.attested, device="999999009")
    items = [entry_item(forged, received.signature), entry_item(received.attested, b"x" * 64)]
    # Window 5 comes back first, so that the hub knows it again.
    other = platform.desk("9 号窗口")
    sync(platform, other)
    answer = take_entries_back(platform.hub, device_of(platform, other), EntriesAsk(entries=items))
    assert (answer.entries, facts_at(platform, f"case/{number}")) == ([], [])
    # One that does not hold holds up no other.
    items.append(entry_item(received.attested, received.signature))
    answer = take_entries_back(platform.hub, device_of(platform, other), EntriesAsk(entries=items))
    assert [one.standing for one in answer.entries] == ["lost"]


# ---- the chain comes after all ------------------------------------------------------------------------------------


def test_an_entry_given_back_before_its_chain_comes_keeps_its_number_and_is_there_once(platform, desks, tmp_path):
    """Only the hub was put back, and whoever was shown the case comes first."""
    window3, window5 = desks
    sync(platform, window3, window5)
    backup = Backup(platform, tmp_path / "backup")
    window3.append("session/1", "session.logged_in", logged_in())
    blob = window3.put_blob(b"a scan")
    number = take_in(window3, 1, "001", blob)
    window3.append(f"case/{number}", "case.beamed_up", {})
    window3.append("session/1", "session.logged_out", {})
    sync(platform, window3)
    window5.look_up(number)
    sync(platform, window5)
    backup.restore()
    [report] = sync(platform, window5)
    assert report.repaired == Repaired(given_back=2)
    given = {fact.act: fact.hub_seq for fact in facts_at(platform, f"case/{number}")}
    sync(platform, window3, window5, window3)
    assert (count(platform, copies), count(platform, entries)) == (0, 4)
    assert {fact.act: fact.hub_seq for fact in facts_at(platform, f"case/{number}")} == given
    all_see_the_same(platform, f"case/{number}", window3, window5)
    assert (len(window3.uploaded()), window3.parked()) == (4, {(window3.chains[0].chain, 3): "unknown_kind"})
    assert platform.hub.shelf.is_whole(blob.id)


def test_an_entry_that_another_took_the_place_of_is_kept_beside_it(platform, desks, lost):
    """The writer, put back, has written something else at the same place of its chain."""
    window3, window5 = desks
    number, _written = lost
    window3.append("session/2", "session.logged_in", logged_in())
    again = window3.append(f"case/{number}", "case.taken_in", taken_in(number, power="receive"))
    sync(platform, window3, window5, window3, window5)
    shown = {one.attested.entry.hash: one.attested.header for one in window5.entries.values()}
    assert [(header.chain, header.seq) for header in shown.values()] == [(again.head.chain, again.head.seq)] * 2
    all_see_the_same(platform, f"case/{number}", window3, window5)
    folded = fold_stream(f"case/{number}", facts_at(platform, f"case/{number}"))
    assert [conflict.reason for conflict in folded.conflicts] == ["already_taken_in"]
    assert states(platform) == {number: "received"}
    # The verdict on the one is not taken for that on the other, though their chain and seq are the same.
    [own] = [fact for fact in facts_at(platform, f"case/{number}") if fact.act == again.body_hash]
    assert list(judgements([folded], [own]).values()) == [APPLIED]


def test_what_came_late_of_the_lost_chain_makes_one_of_both(platform, desks, lost):
    """A request of before, held up on its way, reaches the hub after everything was given back."""
    window3, window5 = desks
    number, written = lost
    sync(platform, window5, window3)
    push(platform.hub, device_of(platform, window3), batch_of(window3, written))
    assert (count(platform, copies), count(platform, entries)) == (0, 2)
    sync(platform, window3, window5)
    all_see_the_same(platform, f"case/{number}", window3, window5)
    assert [chain.seq for chain in window3.own_chains()] == [2]


# ---- a writer that was revoked ------------------------------------------------------------------------------------


def test_what_took_part_before_its_writer_was_revoked_takes_part_again(platform, desks, lost):
    window3, window5 = desks
    number, written = lost
    writer = device_of(platform, window5)
    sync(platform, window3)
    writer = device_of(platform, window3)
    revoke(platform.hub, "999999001", "例")
    sync(platform, window5)
    assert states(platform) == {number: "accepted"}
    # What a stick brings of the device later is in quarantine, but for what is proved to have been here before.
    push(platform.hub, writer, batch_of(window3, written))
    [held] = listed(platform.hub)
    assert (held.entries, held.streams) == (1, ("session/1",))
    assert (states(platform), count(platform, copies)) == ({number: "accepted"}, 0)
    sync(platform, window5)
    all_see_the_same(platform, f"case/{number}", window5)
    release(platform.hub, Choice("999999001"))
    assert verify_hub(platform.hub).first_fault is None


def test_what_a_stick_brought_into_quarantine_is_let_out_by_the_proof_that_it_took_part(platform, desks, lost):
    window3, window5 = desks
    number, written = lost
    sync(platform, window3)
    writer = device_of(platform, window3)
    revoke(platform.hub, "999999001", "例")
    push(platform.hub, writer, batch_of(window3, written))
    assert (listed(platform.hub)[0].entries, states(platform)) == (2, {})
    sync(platform, window5)
    assert (listed(platform.hub)[0].entries, states(platform)) == (1, {number: "accepted"})
    all_see_the_same(platform, f"case/{number}", window5)


def test_what_a_supervisor_keeps_in_quarantine_stays_there_and_counts_nowhere(platform, desks, lost):
    window3, window5 = desks
    number, written = lost
    sync(platform, window3)
    writer = device_of(platform, window3)
    revoke(platform.hub, "999999001", "例")
    push(platform.hub, writer, batch_of(window3, written))
    keep(platform.hub, Choice("999999001"))
    sync(platform, window5)
    assert (states(platform), window5.facts_of(f"case/{number}")) == ({}, [])
    assert (window5.lost_entries(), count(platform, copies)) == ([], 0)
    # A supervisor may still think better of it, and everybody sees it again.
    release(platform.hub, Choice("999999001"))
    sync(platform, window5)
    assert states(platform) == {number: "accepted"}
    all_see_the_same(platform, f"case/{number}", window5)


# ---- regions ------------------------------------------------------------------------------------------------------


def test_a_case_of_another_region_is_given_back_to_all_who_hold_it(platform, tmp_path):
    far, window5 = platform.desk_in(FAR_HALL), platform.desk("5 号窗口")
    sync(platform, far, window5)
    backup, image = Backup(platform, tmp_path / "backup"), far.image()
    number = case_number_of("001", 1, hall=FAR_HALL)
    far.append(f"case/{number}", "case.taken_in", taken_in(number))
    sync(platform, far)
    window5.look_up(number)
    sync(platform, window5)
    backup.restore()
    far.put_back(image)
    [_, report, _] = sync(platform, far, window5, far)
    assert report.repaired == Repaired(given_back=1)
    for region, desk in ((HALL, window5), (FAR_HALL, far)):
        all_see_the_same(platform, f"case/{number}", desk, region=region)
    assert states(platform) == {number: "accepted"}
    assert count(platform, copies) == 2


def test_a_chain_of_another_region_that_comes_after_all_takes_its_place_there(platform, tmp_path):
    far, window5 = platform.desk_in(FAR_HALL), platform.desk("5 号窗口")
    sync(platform, far, window5)
    backup = Backup(platform, tmp_path / "backup")
    number = case_number_of("001", 1, hall=FAR_HALL)
    far.append(f"case/{number}", "case.taken_in", taken_in(number))
    sync(platform, far)
    window5.look_up(number)
    sync(platform, window5)
    backup.restore()
    sync(platform, window5, far, window5, far)
    for region, desk in ((HALL, window5), (FAR_HALL, far)):
        all_see_the_same(platform, f"case/{number}", desk, region=region)
    assert (count(platform, copies), count(platform, entries)) == (1, 1)


def test_a_session_of_another_region_is_not_taken_for_one_of_this(platform, desks, tmp_path):
    """Streams that are no cases belong to the region they are written in, though their names be the same."""
    for desk in desks:
        desk.append("session/1", "session.logged_in", logged_in())
    sync(platform, *desks, *desks)
    far = platform.desk_in(FAR_HALL)
    sync(platform, far)
    answer = take_entries_back(platform.hub, device_of(platform, far), offered(desks[1]))
    assert answer.entries == []
    assert facts_at(platform, "session/1", FAR_HALL) == []


# ---- on the real store --------------------------------------------------------------------------------------------


@pytest.fixture
def store_desk(platform, tmp_path):
    desk = StoreDesk(tmp_path / "desk", platform.enrol_content("3 号窗口"), platform.clock, platform.rng)
    yield desk
    desk.close()


def test_a_store_put_back_sees_its_case_again_and_gives_its_number_to_no_other(platform, store_desk, tmp_path):
    from clerk_app.store.verify import verify_store

    window5 = platform.desk("5 号窗口")
    sync(platform, store_desk, window5)
    backup, image = Backup(platform, tmp_path / "backup"), store_desk.image()
    number = take_in(store_desk, 7)
    sync(platform, store_desk)
    window5.look_up(number)
    sync(platform, window5)
    backup.restore()
    store_desk.put_back(image)
    store_desk.restart()
    sync(platform, store_desk, window5, store_desk)
    all_see_the_same(platform, f"case/{number}", store_desk, window5)
    assert [(row.number, row.state) for row in store_desk.store.reads.cases()] == [(number, "accepted")]
    with store_desk.store.write("0312") as unit:
        assert unit.next_case_counter() == 8
    assert verify_store(store_desk.store).first_fault is None


def test_a_store_gives_back_and_tells_how_much(platform, store_desk, tmp_path):
    window5 = platform.desk("5 号窗口")
    sync(platform, store_desk, window5)
    backup, image = Backup(platform, tmp_path / "backup"), window5.image()
    number = take_in(window5, 1, "002")
    sync(platform, window5)
    store_desk.look_up(number)
    sync(platform, store_desk)
    backup.restore()
    window5.put_back(image)
    [report] = sync(platform, store_desk)
    assert report.repaired == Repaired(given_back=1)
    sync(platform, window5, store_desk)
    all_see_the_same(platform, f"case/{number}", store_desk, window5)
    assert [(row.reason, row.given_back) for row in store_desk.store.reads.repairs()] == [("given_back", 1)]
