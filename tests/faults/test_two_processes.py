"""One process owns a data folder; below that lock two that write at once still never collide."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from clerk_app.errors import FolderLocked
from clerk_app.messages import message
from clerk_app.store.folder import own_folder
from clerk_app.store.verify import verify_store
from tests.helpers.forked_parent import ForkedParent
from tests.helpers.stores import clerk_at, desk_at, hashes

EACH = 150
WORK = "tests.helpers.crashing_clerk"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_two_processes_that_append_at_once_below_the_lock_never_collide(quick_place):
    desk = desk_at(quick_place)
    desk.create().close()

    def work(parent, name):
        return parent.run("append_many", place=str(quick_place), name=name, count=EACH).said

    with ForkedParent(WORK) as first, ForkedParent(WORK) as second, ThreadPoolExecutor(2) as both:
        for parent in (first, second):
            parent.run("look", place=str(quick_place), blobs={})  # both are up, so that both begin at once
        one, other = both.map(work, [first, second], ["one", "other"])
    store = desk.open_settled()
    written = [entry.hex() for entry in hashes(store)]
    assert sorted(written) == sorted(one + other)
    assert [entry for entry in written if entry in set(one)] == one
    assert written not in (one + other, other + one)  # they did write at once
    assert verify_store(store).first_fault is None
    with store.read() as connection:
        places = connection.exec_driver_sql("SELECT DISTINCT chain FROM entries").fetchall()
        seqs = connection.exec_driver_sql("SELECT seq FROM entries ORDER BY n").scalars().all()
    assert (len(places), list(seqs)) == (1, list(range(1, 2 * EACH + 1)))
    store.close()


def test_the_lock_is_free_again_once_it_is_released(tmp_path):
    desk = desk_at(tmp_path)
    desk.folder.path.mkdir(parents=True)
    owner = own_folder(desk.folder)
    with pytest.raises(FolderLocked):
        own_folder(desk.folder)
    owner.release()
    own_folder(desk.folder).release()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_the_lock_of_a_killed_process_is_free_at_once(tmp_path):
    desk = desk_at(tmp_path)
    desk.folder.path.mkdir(parents=True)
    with ForkedParent(WORK) as parent:
        assert parent.run("die_owning", place=str(tmp_path)).killed
        own_folder(desk.folder).release()


# ---- through the command ------------------------------------------------------------------------------------------


@pytest.fixture
def owned(tmp_path):
    """A store that somebody works with."""
    desk = desk_at(tmp_path)
    desk.create().close()
    owner = own_folder(desk.folder)
    yield desk
    owner.release()


def files(desk):
    return {path: path.read_bytes() for path in desk.folder.path.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "arguments", [["init"], ["enrol", "nowhere.json"], ["sync", "--once"]], ids=lambda words: words[0]
)
def test_a_second_writing_command_is_told_in_one_sentence_and_changes_nothing(owned, arguments):
    before = files(owned)
    ran = clerk_at(owned, *arguments)
    assert (ran.code, ran.out, ran.err) == (1, "", message("folder_locked").line() + "\n")
    assert files(owned) == before


def test_a_script_is_told_by_a_code(owned):
    ran = clerk_at(owned, "sync", "--once", "--json")
    assert (ran.code, ran.json["error"]["code"], ran.err) == (1, "folder_locked", "")


def test_a_reading_command_works_beside_the_owner(owned):
    ran = clerk_at(owned, "verify", "--json")
    assert (ran.code, ran.json["chain_ok"]) == (0, True)
