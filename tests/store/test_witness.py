"""The witness: what an ordinary crash leaves is accepted, what was put back or cut off is not."""

import os
import shutil

import pytest

from clerk_app.errors import BugError, StoreRolledBack, WitnessDamaged
from clerk_app.journal.entry import NO_HEAD
from clerk_app.seams import SystemDisk
from clerk_app.store import witness as logic
from clerk_app.store.witness import Mark, Witness, check_copy, check_testimony
from tests.helpers.stores import CLERK, append, desk_at

said = logic.Testimony
KEY = bytes(range(32))
EMPTY = Mark()
CHAIN = "ab" * 16


def mark(seq, *, counter=0, chain=CHAIN):
    return Mark(chain, seq, bytes([seq]) * 32, counter)


@pytest.fixture
def witness(tmp_path):
    made = Witness(tmp_path / "witness", tmp_path / "state" / "copy", KEY, SystemDisk())
    made.create()
    return made


def compare(testimony, head, *, writes=0, holds=True):
    check_testimony(testimony, head=head, writes=writes, holds=holds)


# ---- what is compared at opening ----------------------------------------------------------------------------------


def test_a_journal_that_ends_where_it_was_reported_is_whole():
    compare(said(mark(5), mark(5), 9), mark(5), writes=9)


def test_a_crash_before_the_commit_leaves_the_reported_end():
    compare(said(intended=mark(6), reported=mark(5)), mark(5))


def test_a_crash_after_the_commit_leaves_the_intended_end():
    compare(said(intended=mark(6), reported=mark(5)), mark(6))


def test_a_journal_that_lacks_the_reported_entry_was_rolled_back():
    with pytest.raises(StoreRolledBack):
        compare(said(mark(5), mark(5)), mark(4), holds=False)


def test_another_entry_in_the_reported_place_means_another_journal():
    with pytest.raises(StoreRolledBack):
        compare(said(mark(5), mark(5)), Mark(CHAIN, 5, b"x" * 32), holds=False)


def test_a_journal_beyond_what_was_intended_means_that_the_witness_was_put_back():
    with pytest.raises(WitnessDamaged):
        compare(said(intended=mark(5), reported=mark(5)), mark(7))


def test_the_intended_entry_with_another_hash_is_not_the_intended_one():
    with pytest.raises(WitnessDamaged):
        compare(said(intended=mark(6), reported=mark(5)), Mark(CHAIN, 6, b"x" * 32))


def test_a_case_counter_below_the_reported_one_would_give_a_number_twice():
    with pytest.raises(StoreRolledBack):
        compare(said(mark(5, counter=3), mark(5, counter=3)), mark(5, counter=2))


def test_lost_drafts_are_noticed_by_the_count_of_transactions():
    with pytest.raises(StoreRolledBack):
        compare(said(mark(5), mark(5), writes=9), mark(5), writes=8)
    compare(said(mark(5), mark(5), writes=8), mark(5), writes=9)


def test_the_copy_may_be_behind_but_never_ahead():
    check_copy(said(mark(3), mark(3), 4), head=mark(5), writes=9, holds=True)
    with pytest.raises(StoreRolledBack):
        check_copy(said(mark(6), mark(6), 4), head=mark(5), writes=9, holds=False)
    with pytest.raises(StoreRolledBack):
        check_copy(said(mark(3), mark(3), 10), head=mark(5), writes=9, holds=True)
    with pytest.raises(StoreRolledBack):
        check_copy(said(mark(3, counter=2), mark(3, counter=2), 4), head=mark(5), writes=9, holds=True)


# ---- the file -----------------------------------------------------------------------------------------------------


def test_a_new_witness_has_seen_nothing(witness):
    assert witness.read() == witness.read_copy() == said(EMPTY, EMPTY, 0)


def test_it_is_one_sector_that_is_never_moved(witness, tmp_path):
    before = (tmp_path / "witness").stat()
    witness.intend(EMPTY, mark(1))
    witness.report(mark(1), 1)
    after = (tmp_path / "witness").stat()
    assert (before.st_ino, before.st_size) == (after.st_ino, 512)


def test_an_intention_is_written_with_what_is_committed_already(witness):
    witness.intend(EMPTY, mark(1))
    assert witness.read() == said(mark(1), EMPTY, 0)
    assert witness.read_copy() == said(EMPTY, EMPTY, 0)
    witness.report(mark(1), 1)
    assert witness.read() == witness.read_copy() == said(mark(1), mark(1), 1)


def test_a_commit_that_failed_is_forgotten_by_the_next_one(witness):
    witness.intend(EMPTY, mark(1))
    other = Mark(CHAIN, 1, b"other" + bytes(27), 0)
    witness.intend(EMPTY, other)
    assert witness.read() == said(other, EMPTY, 0)
    compare(witness.read(), other)
    compare(witness.read(), EMPTY)


def test_a_commit_whose_report_was_lost_counts_as_reported_from_the_next_one_on(witness):
    witness.intend(EMPTY, mark(1))
    witness.intend(mark(1), mark(2))
    assert witness.read() == said(mark(2), mark(1), 0)


def test_nothing_is_written_on_top_of_a_journal_that_is_not_the_known_one(witness):
    witness.report(mark(5, counter=2), 9)
    for before, error in (
        (mark(4, counter=2), StoreRolledBack),
        (mark(5, counter=1), StoreRolledBack),
        (mark(6, counter=2), WitnessDamaged),
        (Mark(CHAIN, 5, b"x" * 32, 2), WitnessDamaged),
        (mark(5, counter=2, chain="cd" * 16), WitnessDamaged),
    ):
        with pytest.raises(error):
            witness.intend(before, mark(7, counter=2))


def test_a_transaction_without_entries_is_only_counted(witness):
    witness.report(mark(5), 9)
    witness.count(mark(5), 10)
    assert witness.read() == said(mark(5), mark(5), 10)
    assert witness.read_copy() == said(mark(5), mark(5), 9)


def test_settling_makes_a_missing_copy_again(witness, tmp_path):
    shutil.rmtree(tmp_path / "state")
    assert witness.read_copy() is None
    witness.settle(mark(5), 9)
    assert witness.read() == witness.read_copy() == said(mark(5), mark(5), 9)


def test_a_copy_that_cannot_be_written_stops_no_work(witness, tmp_path):
    shutil.rmtree(tmp_path / "state")
    (tmp_path / "state").write_bytes(b"a file where the folder should be")
    witness.settle(mark(5), 9)
    witness.report(mark(6), 10)
    assert witness.read() == said(mark(6), mark(6), 10)
    assert witness.read_copy() is None


def test_a_missing_witness_is_damage_but_a_missing_copy_is_a_new_user(witness, tmp_path):
    (tmp_path / "witness").unlink()
    (tmp_path / "state" / "copy").unlink()
    assert witness.read_copy() is None
    with pytest.raises(WitnessDamaged):
        witness.read()


def test_every_flipped_byte_and_every_cut_is_damage(witness, tmp_path):
    for path, read in ((tmp_path / "witness", witness.read), (tmp_path / "state" / "copy", witness.read_copy)):
        content = path.read_bytes()
        changed = [content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :] for at in range(len(content))]
        for wrong in [*changed, content[:-1], content + b"\0", b"", bytes(512)]:
            path.write_bytes(wrong)
            with pytest.raises(WitnessDamaged):
                read()


def test_a_witness_of_another_store_is_damage(witness, tmp_path):
    with pytest.raises(WitnessDamaged):
        Witness(tmp_path / "witness", tmp_path / "none", bytes(32), SystemDisk()).read()


def test_what_would_not_fit_the_sector_is_a_bug_before_it_is_written(witness):
    with pytest.raises(BugError):
        witness.report(Mark("x" * 300, 1, NO_HEAD, 0), 1)


# ---- with a real store --------------------------------------------------------------------------------------------


@pytest.fixture
def desk(tmp_path):
    desk = desk_at(tmp_path / "desk")
    desk.create().close()
    return desk


def work(desk, *visits):
    store = desk.open_settled()
    for visit in visits:
        append(store, f"visit/{visit}")
    store.close()


def test_an_older_database_put_back_is_noticed(desk, tmp_path):
    work(desk, "1")
    shutil.copytree(desk.folder.path, tmp_path / "older")
    work(desk, "2")
    shutil.copy(tmp_path / "older" / "store.db", desk.folder.database)
    with pytest.raises(StoreRolledBack):
        desk.open()


def test_an_older_database_with_its_witness_is_noticed_by_the_copy(desk, tmp_path):
    work(desk, "1")
    shutil.copytree(desk.folder.path, tmp_path / "older")
    work(desk, "2")
    shutil.rmtree(desk.folder.path)
    os.rename(tmp_path / "older", desk.folder.path)
    with pytest.raises(StoreRolledBack):
        desk.open()
    assert desk.inspect().first_fault == "opening: store_rolled_back"


def test_an_older_folder_that_lacks_only_drafts_is_noticed_too(desk, tmp_path):
    work(desk, "1")
    shutil.copytree(desk.folder.path, tmp_path / "older")
    store = desk.open_settled()
    with store.write(CLERK) as unit:
        unit.save_draft("d", visit="1", owner=CLERK, content=b"x")
        unit.commit()
    append(store, "visit/2")
    store.close()
    shutil.copy(tmp_path / "older" / "store.db", desk.folder.database)
    with pytest.raises(StoreRolledBack):
        desk.open()


def test_an_older_witness_put_back_is_noticed(desk, tmp_path):
    work(desk, "1")
    shutil.copy(desk.folder.witness, tmp_path / "older")
    work(desk, "2")
    shutil.copy(tmp_path / "older", desk.folder.witness)
    with pytest.raises(WitnessDamaged):
        desk.open()


def test_a_rollback_across_a_new_chain_is_noticed(desk, tmp_path):
    work(desk, "1")
    shutil.copytree(desk.folder.path, tmp_path / "older")
    store = desk.open_settled()
    with store.write(CLERK) as unit:
        unit.begin_chain("enrolment")
        unit.commit()
    store.close()
    desk.open().close()
    shutil.copy(tmp_path / "older" / "store.db", desk.folder.database)
    with pytest.raises(StoreRolledBack):
        desk.open()


def test_a_store_replaced_under_an_open_program_is_noticed_before_the_next_commit(desk, tmp_path):
    work(desk, "1")
    shutil.copy(desk.folder.database, tmp_path / "older")
    work(desk, "2")
    store = desk.open()  # it has looked at the right one, but not yet connected for writing
    store.reads.streams("visit")
    os.replace(tmp_path / "older", desk.folder.database)
    with pytest.raises(StoreRolledBack):
        append(store, "visit/3")
    store.close()


def test_a_moved_disk_without_the_copy_opens_and_gets_a_new_copy(desk):
    work(desk, "1")
    shutil.rmtree(desk.folder.state)
    work(desk, "2")
    assert len(list(desk.folder.state.iterdir())) == 1


def test_a_copy_of_another_store_is_not_ours(tmp_path):
    one, other = desk_at(tmp_path / "one"), desk_at(tmp_path / "other")
    one.create().close()
    other.create().close()
    for file in other.folder.state.iterdir():
        shutil.copy(file, one.folder.state)
    one.open().close()
