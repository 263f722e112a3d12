"""The store: made once, opened with a password, written in whole acts."""

import json
import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from clerk_app.errors import (
    BugError,
    DiskFailed,
    FolderLocked,
    KeysDamaged,
    LockedOut,
    NoStore,
    NoSuchDraft,
    SchemaTooNew,
    StoreDamaged,
    StoreExists,
    UnknownClerk,
    WeakPassword,
    WitnessDamaged,
    WrongPassword,
)
from clerk_app.file_lock import FileLock
from clerk_app.journal.signature import HEAD, head_message, verify
from clerk_app.messages import describe
from clerk_app.security.files import KEYS_FILE, THROTTLE_FILE
from clerk_app.store.projections import snapshot
from clerk_app.store.verify import verify_store
from tests.helpers.stores import CLERK, NAME, OPENED, PASSWORD, append, desk_at, hashes


@pytest.fixture
def desk(tmp_path):
    return desk_at(tmp_path / "desk")


@pytest.fixture
def store(desk):
    store = desk.create()
    yield store
    store.close()


def rows(store, statement):
    with store.read() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def raw_write(store, statement):
    """What somebody who has the key can do past the program."""
    connection = store._writer.raw_connection()
    connection.driver_connection.execute(statement)
    connection.close()


# ---- making and opening -------------------------------------------------------------------------------------------


def test_a_new_store_opens_is_empty_and_verifies(desk, store):
    store.close()
    opened = desk.open_settled()
    assert hashes(opened) == []
    assert verify_store(opened).first_fault is None
    assert not opened.practice
    opened.close()


def test_a_practice_store_says_so(desk):
    store = desk.create(practice=True)
    assert store.practice
    store.close()


def test_two_stores_share_nothing(desk, tmp_path):
    one, other = desk.create(), desk_at(tmp_path / "other", rng=desk.rng).create()
    assert one.store_id != other.store_id
    assert one.database_key != other.database_key
    assert one.device_public != other.device_public
    one.close()
    other.close()


def test_what_was_written_is_there_after_opening_again(desk, store):
    entry = append(store, "visit/1")
    store.close()
    opened = desk.open()
    assert hashes(opened) == [entry.hash]
    assert opened.reads.first_entry("visit/1") == entry
    opened.close()


def test_a_folder_with_a_store_is_never_made_anew(desk, store):
    append(store, "visit/1")
    store.close()
    with pytest.raises(StoreExists):
        desk.create()
    (desk.folder.path / KEYS_FILE).unlink()
    with pytest.raises(StoreExists):
        desk.create()  # the keys are lost, but what they opened is not thrown away
    with pytest.raises(KeysDamaged):
        desk.open()


def test_a_weak_password_makes_nothing(desk):
    with pytest.raises(WeakPassword):
        desk.create(password="password")
    assert not desk.folder.path.exists()


def test_a_folder_without_a_store_says_so(desk):
    with pytest.raises(NoStore):
        desk.open()
    desk.folder.path.mkdir(parents=True)
    with pytest.raises(NoStore):
        desk.open()


def test_a_wrong_password_and_an_unknown_clerk_are_two_sentences(desk, store):
    store.close()
    with pytest.raises(WrongPassword) as wrong:
        desk.open("Wrong-password-1")
    with pytest.raises(UnknownClerk) as unknown:
        desk.open(clerk="9999")
    assert describe(wrong.value).sentence == "密码不对。"
    assert describe(unknown.value).sentence == "本机没有这个工号。"


def test_five_wrong_passwords_lock_out_the_right_one_too_whoever_opens(desk, store):
    store.close()
    for _ in range(5):
        with pytest.raises(WrongPassword):
            desk.open("Wrong-password-1")
    with pytest.raises(LockedOut) as locked:
        desk.open()
    assert describe(locked.value).sentence == "密码多次不对，已锁定，还剩 15 分钟。"
    desk.set_clock.wait(15 * 60 - 30)
    with pytest.raises(LockedOut) as locked:
        desk.inspect()
    assert describe(locked.value).sentence == "密码多次不对，已锁定，还剩 1 分钟。"
    desk.set_clock.wait(30)
    desk.open().close()


def test_a_missing_throttle_file_locks_for_the_full_period(desk, store):
    store.close()
    (desk.folder.path / THROTTLE_FILE).unlink()
    with pytest.raises(LockedOut) as locked:
        desk.open()
    assert locked.value.data["seconds"] == 15 * 60


def test_a_store_of_a_newer_program_is_not_touched(desk, store):
    raw_write(store, "PRAGMA user_version = 99")
    store.close()
    for look in (desk.open, desk.inspect):
        with pytest.raises(SchemaTooNew):
            look()


@pytest.mark.parametrize("size", [0, 1, 100, 4095, 4096, 4097, 8192, 20_000])
def test_a_database_cut_to_any_size_is_damaged_not_empty(desk, store, size):
    append(store, "visit/1")
    store.close()
    content = desk.folder.database.read_bytes()
    desk.folder.database.write_bytes(content[:size])
    with pytest.raises(StoreDamaged):
        desk.open()
    assert desk.inspect().first_fault is not None


def test_a_database_that_lacks_its_last_byte_is_found_by_verify(desk, store):
    store.close()
    desk.folder.database.write_bytes(desk.folder.database.read_bytes()[:-1])
    assert desk.inspect().first_fault is not None


def test_a_missing_database_is_damage(desk, store):
    store.close()
    desk.folder.database.unlink()
    with pytest.raises(StoreDamaged):
        desk.open()
    found = desk.inspect()
    assert [found.chain_ok, found.signatures_ok, found.blobs_ok, found.projections_ok] == [False] * 4


def test_the_database_of_another_store_under_these_keys_is_damage(desk, store, tmp_path):
    store.close()
    other = desk_at(tmp_path / "other", rng=desk.rng)
    other.create().close()
    desk.folder.database.write_bytes(other.folder.database.read_bytes())
    with pytest.raises(StoreDamaged):
        desk.open()


def test_a_missing_witness_is_damage(desk, store):
    store.close()
    desk.folder.witness.unlink()
    with pytest.raises(WitnessDamaged):
        desk.open()


def test_a_database_that_is_a_folder_is_a_sentence_too(desk, store):
    store.close()
    desk.folder.database.unlink()
    desk.folder.database.mkdir()
    with pytest.raises(DiskFailed):
        desk.open()


# ---- transactions -------------------------------------------------------------------------------------------------


def test_leaving_without_commit_leaves_nothing(store):
    with store.write(CLERK) as unit:
        unit.append("visit/1", "visit.opened", OPENED)
        unit.save_draft("d", visit="1", owner=CLERK, content=b"x")
        unit.next_case_counter()
    assert hashes(store) == []
    assert store.reads.draft("d") is None
    assert rows(store, "SELECT * FROM p_visit") == []
    with store.write(CLERK) as unit:
        assert unit.next_case_counter() == 1


def test_an_error_inside_leaves_nothing(store):
    with pytest.raises(ZeroDivisionError), store.write(CLERK) as unit:
        unit.append("visit/1", "visit.opened", {"session": "s", "ticket": str(1 // 0)})
    assert hashes(store) == []
    append(store, "visit/1")
    assert verify_store(store).first_fault is None


def test_a_body_that_has_no_place_leaves_nothing(store):
    with pytest.raises(BugError):
        append(store, "visit/1", body={"money": 1.5})
    assert hashes(store) == []


def test_several_entries_of_one_act_are_chained_and_committed_together(store):
    with store.write(CLERK) as unit:
        first = unit.append("visit/1", "visit.opened", OPENED)
        second = unit.append("visit/1", "visit.parked", {})
        assert hashes(store) == []  # nobody sees them yet
        unit.commit()
    assert hashes(store) == [first.hash, second.hash]
    assert second.prev == first.hash
    assert [first.head.seq, second.head.seq] == [1, 2]
    assert unit.connection.closed


def test_a_transaction_within_another_is_a_bug_not_a_hang(store):
    with store.write(CLERK) as unit:
        with pytest.raises(BugError):
            append(store, "visit/2")
        unit.append("visit/1", "visit.opened", OPENED)
        unit.commit()
    assert len(hashes(store)) == 1


def test_threads_of_one_process_take_turns(store):
    threads = [
        threading.Thread(target=lambda name=name: [append(store, f"visit/{name}{turn}") for turn in range(10)])
        for name in "abc"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(hashes(store)) == 30
    assert verify_store(store).first_fault is None


def test_a_reading_transaction_sees_one_state_while_others_write(store):
    append(store, "visit/1")
    with store.read() as connection:
        before = snapshot(connection)
        append(store, "visit/2")
        assert snapshot(connection) == before
        count = connection.execute(text("SELECT count(*) FROM entries")).scalar_one()
    assert count == 1
    assert len(hashes(store)) == 2


def test_a_reader_cannot_write(store):
    with store.read() as connection, pytest.raises(OperationalError, match="readonly"):
        connection.execute(text("DELETE FROM entries"))


def test_every_commit_is_forced_to_the_disk(store):
    with store.write(CLERK) as unit:
        pragmas = [
            unit.connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("synchronous", "journal_mode")
        ]
    assert pragmas == [2, "wal"]


def test_a_file_held_by_another_program_is_a_sentence(desk, store, monkeypatch):
    monkeypatch.setattr("clerk_app.store.engine.BUSY_TIMEOUT_MS", 10)
    impatient = desk.open()
    with store.write(CLERK) as unit:
        unit.connection.exec_driver_sql("SELECT 1")
        impatient._file_lock = FileLock(desk.folder.path / "another.lock")
        with pytest.raises(FolderLocked):
            append(impatient, "visit/1")
    impatient.close()


# ---- the clock ----------------------------------------------------------------------------------------------------


def test_when_the_clock_goes_back_the_act_counts_its_time_is_marked_and_the_order_stands(desk, store):
    times = [0, 60_000, -3_600_000, 59_999, 60_000, 60_001]
    start = desk.set_clock.now
    entries = []
    for number, offset in enumerate(times):
        desk.set_clock.now = start + offset
        entries.append(append(store, "visit/1", "visit.opened" if number == 0 else "visit.parked", None))
    assert [entry.head.clock for entry in entries] == ["ok", "ok", "unverified", "unverified", "ok", "ok"]
    assert [entry.head.recorded_at - start for entry in entries] == times
    assert [fact.seq for fact in store.reads.facts("visit/1")] == [1, 2, 3, 4, 5, 6]
    assert verify_store(store).first_fault is None


def test_the_latest_time_ever_seen_survives_a_restart(desk, store):
    append(store, "visit/1")
    store.close()
    desk.set_clock.now -= 1
    opened = desk.open_settled()
    assert append(opened, "visit/2").head.clock == "unverified"
    opened.close()


# ---- chains and heads ---------------------------------------------------------------------------------------------


def test_a_new_chain_cites_the_last_head_and_begins_at_one(desk, store):
    last = append(store, "visit/1")
    with store.write(CLERK) as unit:
        chain = unit.begin_chain("enrolment")
        first = unit.append("visit/2", "visit.opened", OPENED)
        unit.commit()
    assert first.prev == last.hash
    assert (first.head.chain, first.head.seq) == (chain, 1)
    assert chain != last.head.chain
    assert rows(store, "SELECT prev_chain, reason FROM chains ORDER BY n") == [
        (None, "init"),
        (last.head.chain, "enrolment"),
    ]
    assert verify_store(store).first_fault is None


def test_a_chain_without_an_entry_survives_a_restart(desk, store):
    append(store, "visit/1")
    for _ in range(2):
        with store.write(CLERK) as unit:
            unit.begin_chain("rollback")
            unit.commit()
    store.close()
    opened = desk.open_settled()
    assert append(opened, "visit/2").head.seq == 1
    assert verify_store(opened).first_fault is None
    opened.close()


def test_a_signed_head_can_be_verified_with_the_public_key_alone(store):
    entry = append(store, "visit/1")
    with store.write(CLERK) as unit:
        unit.sign_head()
        unit.sign_head()  # again is harmless
        unit.commit()
    [(chain, seq, head, signature)] = rows(store, "SELECT chain, seq, head, signature FROM heads")
    assert (chain, seq, head) == (entry.head.chain, 1, entry.hash)
    assert verify(store.device_public, HEAD, head_message(chain, seq, head), signature)


def test_an_empty_chain_has_no_head_to_sign(store):
    with store.write(CLERK) as unit:
        unit.sign_head()
        unit.commit()
    assert rows(store, "SELECT * FROM heads") == []


# ---- what lies beside the journal ---------------------------------------------------------------------------------


def test_case_counters_never_repeat_and_never_skip(desk, store):
    given = []
    for _ in range(3):
        with store.write(CLERK) as unit:
            given += [unit.next_case_counter(), unit.next_case_counter()]
            unit.commit()
    store.close()
    opened = desk.open_settled()
    with opened.write(CLERK) as unit:
        given.append(unit.next_case_counter())
        unit.commit()
    opened.close()
    assert given == [1, 2, 3, 4, 5, 6, 7]


def test_a_draft_is_replaced_and_dropped_once(desk, store):
    for content in (b"first", b"second"):
        desk.set_clock.wait(1)
        with store.write(CLERK) as unit:
            unit.save_draft("d", visit="1", owner=CLERK, content=content)
            unit.commit()
    [draft] = store.reads.drafts_of(CLERK)
    assert (draft.content, draft.updated_at) == (b"second", desk.set_clock.now)
    with store.write(CLERK) as unit:
        unit.drop_draft("d")
        with pytest.raises(NoSuchDraft):
            unit.drop_draft("d")
        unit.commit()
    assert store.reads.drafts_of(CLERK) == []


def test_print_jobs_are_queued_in_order_and_never_reuse_a_number(desk, store):
    with store.write(CLERK) as unit:
        jobs = unit.queue_print("1" * 22, "acceptance_notice", copies=(1, 2), reprint=False)
        unit.commit()
    with store.write(CLERK) as unit:
        unit.mark_print(jobs[0], "printed")
        unit.mark_print(jobs[1], "failed", "printer_offline")
        unit.commit()
    first, second = store.reads.prints_of_case("1" * 22)
    assert (first.state, second.state, second.problem) == ("printed", "failed", "printer_offline")
    raw_write(store, "DELETE FROM print_jobs")
    with store.write(CLERK) as unit:
        [again] = unit.queue_print("1" * 22, "acceptance_notice", copies=(1,), reprint=True)
        unit.commit()
    assert again > max(jobs)


def test_the_keys_left_for_recovery_do_not_change_who_can_open(desk, store):
    store.escrow(bytes(range(9, 41)))
    store.close()
    desk.open().close()
    payload = json.loads((desk.folder.path / KEYS_FILE).read_bytes().split(b"\n")[0])
    assert payload["recovery"]
    assert payload["clerks"][CLERK]["name"] == NAME


# ---- nothing readable on the disk ---------------------------------------------------------------------------------


def test_no_file_of_the_store_holds_a_readable_word(desk, store):
    marker = "MARKER-例秀-MARKER"
    append(store, "visit/1", body={"session": marker, "ticket": marker})
    with store.write(CLERK) as unit:
        unit.save_draft("d", visit="1", owner=CLERK, content=marker.encode())
        unit.put_value("note", marker.encode())
        unit.commit()
    blob = store.vault.put(marker.encode() * 1000)
    assert store.vault.get(blob.id, blob.key) == marker.encode() * 1000
    names = {file.name for file in desk.folder.path.rglob("*") if file.is_file()}
    assert {"store.db", "store.db-wal", "store.db-shm", blob.id} <= names
    secrets = [marker.encode(), b"MARKER", PASSWORD.encode(), store.database_key, store.database_key.hex().encode()]
    secrets += [store.device_private, b"visit.opened", b"SQLite format 3", b"CREATE TABLE"]
    for file in [*desk.folder.path.rglob("*"), *desk.folder.state.rglob("*")]:
        if file.is_file():
            content = file.read_bytes()
            assert [secret for secret in secrets if secret in content] == [], file.name
