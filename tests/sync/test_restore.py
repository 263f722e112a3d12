"""A hub that was put back to an older copy of itself gets everything again; nobody is given a false word meanwhile."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from sqlalchemy import delete, select, update

from clerk_app.domain.fold import in_order
from clerk_app.domain.kinds import fold_stream
from clerk_app.errors import NoSuchCase, NotDecidable, PlatformUnreachable
from sync.engine import sync_once
from sync.hub.decide import Ruling, decide
from sync.hub.devices import Device
from sync.hub.digest import digest
from sync.hub.refusal import Refused
from sync.hub.repair import take_facts_back
from sync.hub.schema import cases, chains, entries, feed, hub_facts, regions
from sync.hub.verify import verify_hub
from sync.report import Repaired
from sync.schemas import FactsAsk, FeedItem
from tests.sync.conftest import Backup, DirectLine
from tests.sync.fakes import ShuffledCrew
from tests.sync.work import HALL, case_number_of, logged_in, scan, taken_in


def take_in(desk, counter, *blobs):
    number = case_number_of("001", counter)
    desk.append(f"case/{number}", "case.taken_in", taken_in(number, *map(scan, blobs)))
    return number


def test_a_hub_put_back_is_offered_again_what_it_lost(platform, tmp_path):
    desk = platform.desk()
    take_in(desk, 1)
    sync_once(platform.lane(desk))
    backup = Backup(platform, tmp_path / "backup")
    take_in(desk, 2, desk.put_blob(b"a scan"))
    take_in(desk, 3)
    sync_once(platform.lane(desk))
    before = digest(platform.hub)
    backup.restore()
    assert digest(platform.hub).entries == 1
    report = sync_once(platform.lane(desk))
    assert (report.state, report.pending) == ("done", 0)
    assert digest(platform.hub) == before
    assert verify_hub(platform.hub).first_fault is None


class LastFirst(ShuffledCrew):
    """Hands of which the one that began last comes back first."""

    def __init__(self, clock):
        super().__init__(clock, Random(0))

    def next_done(self):
        errand = self._begun.pop()
        errand.run(self._clock)
        return errand


class NoPieces(DirectLine):
    """Carries everything but pieces of blobs."""

    def send(self, request):
        if request.method == "PATCH":
            raise PlatformUnreachable
        return super().send(request)


def test_blobs_the_hub_still_waited_for_when_it_was_put_back_go_after_their_entries(platform, tmp_path):
    """Several requests are under way, and the entry that names the scan is the last to arrive."""
    desk = platform.desk()
    take_in(desk, 1, desk.put_blob(b"a scan"))
    sync_once(platform.lane(desk, NoPieces(platform.service)))
    backup = Backup(platform, tmp_path / "backup")
    take_in(desk, 2, desk.put_blob(b"another scan"))
    assert sync_once(platform.lane(desk, NoPieces(platform.service))).pending == 2
    backup.restore()
    report = sync_once(platform.lane(desk, make_crew=LastFirst))
    assert (report.state, report.pending, report.problem) == ("done", 0, None)
    assert (digest(platform.hub).entries, digest(platform.hub).blobs) == (2, 2)
    assert verify_hub(platform.hub).first_fault is None


def test_a_scan_lost_with_the_backup_is_sent_again_though_no_entry_was(platform, tmp_path):
    """The backup holds the entry and not yet its scan: both chains are equal, and only the hub knows what it lacks."""
    desk = platform.desk()
    take_in(desk, 1, desk.put_blob(b"a scan"))
    sync_once(platform.lane(desk, NoPieces(platform.service)))
    backup = Backup(platform, tmp_path / "backup")
    sync_once(platform.lane(desk))
    assert digest(platform.hub).blobs == 1
    backup.restore()
    assert digest(platform.hub).blobs == 0
    report = sync_once(platform.lane(desk))
    assert (report.state, report.pending, report.blobs_sent) == ("done", 0, 1)
    assert digest(platform.hub).blobs == 1


class LosesThePushAnswer(DirectLine):
    """Brings the first batch to the hub, and nothing back."""

    def send(self, request):
        answer = super().send(request)
        if request.path == "/v1/push":
            raise PlatformUnreachable
        return answer


def numbers_here(desk, number):
    return [fact.hub_seq for fact in desk.facts_of(f"case/{number}")]


def test_numbers_that_a_hub_put_back_gave_anew_are_learnt_though_its_answer_was_lost(platform, tmp_path):
    """The hub has the entry again when the digests are next compared, and nothing but its number is another."""
    desk, other = platform.desk("1 号窗口"), platform.desk("2 号窗口")
    sync_once(platform.lane(desk))
    backup = Backup(platform, tmp_path / "backup")
    number = take_in(desk, 1)
    sync_once(platform.lane(desk))
    assert numbers_here(desk, number) == [1]
    backup.restore()
    other.append("session/1", "session.logged_in", logged_in())
    sync_once(platform.lane(other))
    assert sync_once(platform.lane(desk, LosesThePushAnswer(platform.service))).state == "partial"
    report = sync_once(platform.lane(desk))
    assert (report.state, report.pending) == ("done", 0)
    assert numbers_here(desk, number) == [2]


def test_a_desk_that_registered_after_the_backup_registers_again_at_once(platform, tmp_path):
    """Its token is still good, and the hub that gave it knows no key of the device any more."""
    desk = platform.desk()
    backup = Backup(platform, tmp_path / "backup")
    take_in(desk, 1)
    line = DirectLine(platform.service)
    lane = platform.lane(desk, line)
    assert sync_once(lane).state == "done"
    backup.restore()
    line.service = platform.service
    report = sync_once(lane)
    assert (report.state, report.pending, digest(platform.hub).entries) == ("done", 0, 1)


def test_the_feed_is_read_again_when_the_hub_no_longer_knows_our_place(platform, tmp_path):
    desk = platform.desk()
    numbers = [take_in(desk, counter) for counter in (1, 2)]
    sync_once(platform.lane(desk))
    backup = Backup(platform, tmp_path / "backup")
    decide(platform.hub, Ruling(numbers[0], "grant"))
    sync_once(platform.lane(desk))
    assert len(desk.facts) == 1
    backup.restore()
    # Another fact takes the number of the one that was lost.
    decide(platform.hub, Ruling(numbers[1], "refuse", "例"))
    report = sync_once(platform.lane(desk))
    assert (report.state, report.pulled, report.repaired) == ("done", 2, Repaired(given_back=1))
    assert sorted(received.fact.stream for received in desk.facts.values()) == sorted(f"case/{n}" for n in numbers)
    assert sync_once(platform.lane(desk)).pulled == 0


def case_states(platform):
    with platform.hub.store.reading() as connection:
        return dict(connection.execute(select(cases.c.number, cases.c.state)).fetchall())


def test_a_hub_put_back_gets_its_own_decisions_again(platform, tmp_path):
    desk = platform.desk()
    backup = Backup(platform, tmp_path / "backup")
    numbers = [take_in(desk, counter) for counter in (1, 2, 3)]
    sync_once(platform.lane(desk))
    facts = [decide(platform.hub, Ruling(number, "grant", "例")) for number in numbers[:2]]
    sync_once(platform.lane(desk))
    before = digest(platform.hub), case_states(platform)
    backup.restore()
    report = sync_once(platform.lane(desk))
    assert (report.state, report.pending, report.conflicts) == ("done", 0, 0)
    assert report.repaired == Repaired(given_back=2)
    assert (digest(platform.hub), case_states(platform)) == before
    assert desk.fact_digests() == sorted(fact.digest for fact in facts)
    for number in numbers:
        facts_here = in_order(desk.facts_of(f"case/{number}"))
        assert fold_stream(f"case/{number}", facts_here).conflicts == ()
    assert verify_hub(platform.hub).first_fault is None
    again = sync_once(platform.lane(desk))
    assert (again.state, again.pulled, again.repaired) == ("done", 0, Repaired())


def test_a_decision_that_two_desks_give_back_is_there_once(platform, tmp_path):
    desks = [platform.desk("1 号窗口"), platform.desk("2 号窗口")]
    backup = Backup(platform, tmp_path / "backup")
    number = take_in(desks[0], 1)
    sync_once(platform.lane(desks[0]))
    desks[1].look_up(number)
    sync_once(platform.lane(desks[1]))
    fact = decide(platform.hub, Ruling(number, "grant"))
    for desk in desks:
        sync_once(platform.lane(desk))
        assert desk.fact_digests() == [fact.digest]
    backup.restore()
    # The second desk is first: it brings both, what the first desk wrote and what was decided.
    assert sync_once(platform.lane(desks[1])).repaired == Repaired(given_back=2)
    for desk in (*desks, *desks):
        report = sync_once(platform.lane(desk))
    assert (report.state, report.repaired) == ("done", Repaired())
    assert (digest(platform.hub).hub_facts, case_states(platform)) == (1, {number: "decided"})
    assert all(list(desk.lost_facts()) == [] for desk in desks)
    assert verify_hub(platform.hub).first_fault is None


def test_a_decision_waits_for_the_case_that_it_is_about(platform, tmp_path):
    desk = platform.desk()
    sync_once(platform.lane(desk))
    backup = Backup(platform, tmp_path / "backup")
    number = take_in(desk, 1)
    sync_once(platform.lane(desk))
    fact = decide(platform.hub, Ruling(number, "grant"))
    item = FeedItem(content=fact.to_bytes().decode(), signature=platform.hub.keys.sign_fact(fact).hex())
    backup.restore()
    device = Device(HALL, "001", desk.registration().device_public)
    assert take_facts_back(platform.hub, device, FactsAsk(facts=[item])).facts == []
    sync_once(platform.lane(desk))
    assert len(take_facts_back(platform.hub, device, FactsAsk(facts=[item])).facts) == 1


def test_a_case_that_was_decided_anew_meanwhile_shows_both_words_to_a_person(platform, tmp_path):
    desk = platform.desk()
    number = take_in(desk, 1)
    sync_once(platform.lane(desk))
    backup = Backup(platform, tmp_path / "backup")
    decide(platform.hub, Ruling(number, "grant"))
    sync_once(platform.lane(desk))
    backup.restore()
    decide(platform.hub, Ruling(number, "refuse", "例"))
    report = sync_once(platform.lane(desk))
    assert (report.state, report.repaired) == ("done", Repaired(given_back=1))
    folded = fold_stream(f"case/{number}", in_order(desk.facts_of(f"case/{number}")))
    assert (folded.state.decision.result, len(folded.conflicts)) == ("refuse", 1)
    assert digest(platform.hub).hub_facts == 2
    assert verify_hub(platform.hub).first_fault is None


def test_the_hub_takes_back_only_what_it_signed_itself(platform):
    desk = platform.desk()
    number = take_in(desk, 1)
    sync_once(platform.lane(desk))
    fact = decide(platform.hub, Ruling(number, "grant"))
    device = Device(HALL, "001", desk.registration().device_public)
    forged = replace(fact, kind="case.returned")
    for offered, signature in ((forged, platform.hub.keys.sign_fact(fact)), (fact, b"x" * 64)):
        item = FeedItem(content=offered.to_bytes().decode(), signature=signature.hex())
        with pytest.raises(Refused):
            take_facts_back(platform.hub, device, FactsAsk(facts=[item]))
    item = FeedItem(content=fact.to_bytes().decode(), signature=platform.hub.keys.sign_fact(fact).hex())
    assert take_facts_back(platform.hub, device, FactsAsk(facts=[item])).facts == [item]
    with pytest.raises(Refused):
        take_facts_back(platform.hub, replace(device, region="999998"), FactsAsk(facts=[item]))
    assert digest(platform.hub).hub_facts == 1


def test_what_two_desks_had_sent_is_offered_by_both(platform, tmp_path):
    desks = [platform.desk("1 号窗口"), platform.desk("2 号窗口")]
    backup = Backup(platform, tmp_path / "backup")
    for desk in desks:
        desk.append("session/1", "session.logged_in", logged_in())
        sync_once(platform.lane(desk))
    backup.restore()
    for desk in reversed(desks):
        assert sync_once(platform.lane(desk)).state == "done"
    assert digest(platform.hub).entries == 2
    assert verify_hub(platform.hub).first_fault is None


# ---- decisions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "kind", "state"),
    [
        ("grant", "case.decided", "decided"),
        ("refuse", "case.decided", "decided"),
        ("return", "case.returned", "returned"),
    ],
)
def test_a_decision_is_signed_ordered_and_folded_on_both_ends(platform, result, kind, state):
    desk = platform.desk()
    number = take_in(desk, 1)
    sync_once(platform.lane(desk))
    fact = decide(platform.hub, Ruling(number, result, "例由"))
    assert (fact.kind, fact.hub_seq, fact.body["reason"]) == (kind, 2, "例由")
    sync_once(platform.lane(desk))
    assert [received.fact for received in desk.facts.values()] == [fact]
    with platform.hub.store.reading() as connection:
        assert connection.execute(select(cases.c.state)).scalar_one() == state


def test_a_case_is_decided_once(platform):
    desk = platform.desk()
    number = take_in(desk, 1)
    sync_once(platform.lane(desk))
    decide(platform.hub, Ruling(number, "grant"))
    before = digest(platform.hub)
    with pytest.raises(NotDecidable):
        decide(platform.hub, Ruling(number, "refuse"))
    assert digest(platform.hub) == before
    assert verify_hub(platform.hub).first_fault is None


def test_a_case_that_has_not_arrived_cannot_be_decided(platform):
    with pytest.raises(NoSuchCase):
        decide(platform.hub, Ruling(case_number_of("001", 1), "grant"))


def test_a_child_the_case_does_not_have_cannot_be_decided(platform):
    desk = platform.desk()
    number = take_in(desk, 1)
    sync_once(platform.lane(desk))
    with pytest.raises(NotDecidable):
        decide(platform.hub, Ruling(number, "grant", child=number + "01"))


def test_a_desk_does_not_see_what_is_said_about_anothers_cases(platform):
    first, second = platform.desk("1 号窗口"), platform.desk("2 号窗口")
    number = take_in(first, 1)
    sync_once(platform.lane(first))
    sync_once(platform.lane(second))
    decide(platform.hub, Ruling(number, "grant"))
    assert sync_once(platform.lane(second)).pulled == 0
    assert sync_once(platform.lane(first)).pulled == 1


def test_a_long_feed_comes_in_pages(platform, monkeypatch):
    monkeypatch.setattr("sync.client.FEED_PAGE", 3)
    desk = platform.desk()
    numbers = [take_in(desk, counter) for counter in range(1, 12)]
    lane = platform.lane(desk)
    sync_once(lane)
    for number in numbers:
        decide(platform.hub, Ruling(number, "grant"))
    report = sync_once(lane)
    assert (report.state, report.pulled) == ("done", 11)


# ---- verify -------------------------------------------------------------------------------------------------------


def change(connection, column, old, new, *where):
    """Put other bytes in place of some of a column's."""
    table = column.table
    for key in connection.execute(select(*table.primary_key.columns).where(*where)).fetchall():
        mine = [part == value for part, value in zip(table.primary_key.columns, key, strict=True)]
        content = bytes(connection.execute(select(column).where(*mine)).scalar_one())
        assert old in content
        connection.execute(update(table).where(*mine).values({column.name: content.replace(old, new)}))


def damage_body(connection):
    change(connection, entries.c.body, b"P31", b"P99", entries.c.seq == 2)


def damage_header(connection):
    change(connection, entries.c.header, b"0312", b"0999", entries.c.seq == 1)


def drop_entry(connection):
    connection.execute(delete(entries).where(entries.c.seq == 2))


def drop_last(connection):
    connection.execute(delete(entries).where(entries.c.seq == 3))


def damage_signature(connection):
    connection.execute(update(chains).values(signature=bytes(64)))


def damage_fact(connection):
    change(connection, hub_facts.c.content, b"case.decided", b"case.returned")


def damage_fact_body(connection):
    change(connection, hub_facts.c.content, b"grant", b"xxxxx")


def drop_fact(connection):
    connection.execute(delete(hub_facts))


def damage_case(connection):
    connection.execute(update(cases).values(state="accepted"))


def damage_feed(connection):
    connection.execute(update(feed).where(feed.c.hub_seq == 4).values(mark=bytes(32)))


def number_twice(connection):
    connection.execute(update(regions).values(last_hub_seq=regions.c.last_hub_seq + 1))


@pytest.mark.parametrize(
    ("damage", "part"),
    [
        (damage_body, "chain_ok"),
        (damage_header, "chain_ok"),
        (drop_entry, "chain_ok"),
        (drop_last, "chain_ok"),
        (number_twice, "chain_ok"),
        (damage_signature, "signatures_ok"),
        (damage_fact, "signatures_ok"),
        (damage_fact_body, "signatures_ok"),
        (drop_fact, "chain_ok"),
        (damage_case, "projections_ok"),
        (damage_feed, "projections_ok"),
    ],
)
def test_verify_finds(platform, damage, part):
    desk = platform.desk()
    number = take_in(desk, 1)
    take_in(desk, 2)
    take_in(desk, 3)
    sync_once(platform.lane(desk))
    decide(platform.hub, Ruling(number, "grant"))
    assert verify_hub(platform.hub).first_fault is None
    with platform.hub.store.writing() as connection:
        damage(connection)
    found = verify_hub(platform.hub)
    assert not getattr(found, part)
    assert found.first_fault


def test_verify_finds_a_changed_blob(platform):
    desk = platform.desk()
    blob = desk.put_blob(b"a scan")
    take_in(desk, 1, blob)
    sync_once(platform.lane(desk))
    path = platform.hub.shelf.path(blob.id)
    path.write_bytes(b"b scan")
    found = verify_hub(platform.hub)
    assert (found.blobs_ok, found.first_fault) == (False, f"blob {blob.id}")
