"""The n-th file operation fails, for every n: each act is told as done or ends in one sentence, and is never half."""

import errno
from dataclasses import replace

import pytest

from clerk_app.errors import ClerkError, DiskFailed, DiskFull, StoreExists
from clerk_app.messages import describe
from clerk_app.store.verify import verify_store
from tests.helpers.stores import CLERK, OPENED, FailingDisk, append, desk_at, hashes

WAYS = [
    (errno.ENOSPC, "before", DiskFull),
    (errno.EIO, "for_good", DiskFailed),
    (errno.EIO, "after", DiskFailed),
]
MOST_CALLS = 200


class Told:
    """What a clerk was told was done, and the sentences in between."""

    def __init__(self):
        self.entries = []
        self.drafts = {}
        self.blobs = {}
        self.refusals = []

    def attempt(self, act, *arguments):
        """Try an act as a clerk would, who reads the sentence and goes on with the next one."""
        try:
            return act(*arguments)
        except ClerkError as refusal:
            self.refusals.append(refusal)
            return None

    def append(self, store, stream):
        self.entries.append(append(store, stream).hash)

    def save_draft(self, store, draft, content):
        with store.write(CLERK) as unit:
            unit.save_draft(draft, visit="1", owner=CLERK, content=content)
            unit.commit()
        self.drafts[draft] = content

    def scan(self, store, content):
        blob = store.vault.put(content)
        with store.write(CLERK) as unit:
            unit.keep_blob(blob.id, blob.size)
            entry = unit.append("visit/scan", "visit.opened", OPENED)
            unit.commit()
        self.entries.append(entry.hash)
        self.blobs[blob.id] = (blob.key, content)


def a_morning(desk, told):
    store = told.attempt(desk.open_settled)
    if store is None:
        return
    told.attempt(told.append, store, "visit/1")
    told.attempt(told.save_draft, store, "d", b"first")
    told.attempt(told.scan, store, b"scan" * 100)
    told.attempt(told.save_draft, store, "d", b"second")
    told.attempt(told.append, store, "visit/2")
    store.close()


def check_all_told(desk, told):
    assert [refusal for refusal in told.refusals if not describe(refusal).sentence] == []
    store = desk.open_settled()
    assert hashes(store) == told.entries
    assert {row.id: row.content for row in store.reads.drafts_of(CLERK)} == told.drafts
    for blob, (key, content) in told.blobs.items():
        assert store.vault.get(blob, key) == content
    assert verify_store(store).first_fault is None
    assert list(desk.folder.path.rglob("*.tmp")) == []
    append(store, "visit/after")
    store.close()


@pytest.mark.parametrize(("error", "failure", "sentence"), WAYS, ids=lambda value: getattr(value, "code", str(value)))
def test_when_any_file_operation_of_a_morning_fails_all_that_was_told_is_there(quick_place, error, failure, sentence):
    made = desk_at(quick_place / "made")
    made.create().close()
    for nth in range(1, MOST_CALLS):
        desk = made.copied_to(quick_place / str(nth))
        disk, told = FailingDisk(nth, error, failure), Told()
        a_morning(replace(desk, disk=disk), told)
        if not disk.failed:
            break
        assert {type(refusal) for refusal in told.refusals} <= {sentence}, nth
        check_all_told(desk, told)
    assert 15 < nth < MOST_CALLS


@pytest.mark.parametrize(("error", "failure", "sentence"), WAYS, ids=lambda value: getattr(value, "code", str(value)))
def test_when_any_file_operation_of_making_a_store_fails_there_is_none_or_a_whole_one(
    quick_place, error, failure, sentence
):
    for nth in range(1, MOST_CALLS):
        desk = desk_at(quick_place / str(nth))
        disk, told = FailingDisk(nth, error, failure), Told()
        store = told.attempt(replace(desk, disk=disk).create)
        if store is not None:
            store.close()
        if not disk.failed:
            break
        assert {type(refusal) for refusal in told.refusals} <= {sentence}, nth
        again = Told()
        store = again.attempt(desk.create)
        if store is not None:
            store.close()
        assert {type(refusal) for refusal in again.refusals} <= {StoreExists}
        check_all_told(desk, Told())
    assert 5 < nth < MOST_CALLS


def test_a_failure_after_the_commit_is_no_failure_of_the_act(quick_place):
    """The act happened, so it is told as done; the next act is refused until the witness can be written again."""
    desk = desk_at(quick_place)
    desk.create().close()
    counting = FailingDisk(MOST_CALLS, errno.EIO, "for_good")
    store = replace(desk, disk=counting).open_settled()
    append(store, "visit/1")
    store.close()
    report = counting.calls - 1  # an append reads the witness, intends, reports, and writes the copy
    store = replace(desk, disk=FailingDisk(report, errno.EIO, "for_good")).open_settled()
    told = Told()
    told.attempt(told.append, store, "visit/2")
    assert told.refusals == []
    told.attempt(told.append, store, "visit/3")
    assert [type(refusal) for refusal in told.refusals] == [DiskFailed]
    store.close()
    opened = desk.open_settled()
    assert hashes(opened)[1:] == told.entries
    opened.close()
