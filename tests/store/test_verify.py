"""`clerk verify` finds what somebody with the key changed past the program."""

import hashlib

import pytest

from clerk_app.errors import WrongPassword
from clerk_app.security.files import KEYS_FILE
from clerk_app.store.verify import verify_store
from tests.helpers.stores import CLERK, OPENED, append, desk_at


@pytest.fixture
def desk(tmp_path):
    return desk_at(tmp_path / "desk")


@pytest.fixture
def store(desk):
    """Two chains, three entries, a signed head, a blob, a draft."""
    store = desk.create()
    append(store, "visit/1")
    blob = store.vault.put(b"scan")
    with store.write(CLERK) as unit:
        unit.append("visit/1", "visit.parked", {})
        unit.sign_head()
        unit.keep_blob(blob.id, blob.size)
        unit.save_draft("d", visit="1", owner=CLERK, content=b"x")
        unit.begin_chain("enrolment")
        unit.append("visit/2", "visit.opened", OPENED)
        unit.commit()
    yield store
    store.close()


def changed(store, *statements):
    with store._transaction() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.commit()
    return verify_store(store)


def test_an_untouched_store_is_whole(store):
    found = verify_store(store)
    assert (found.entries, found.first_fault) == (3, None)
    assert [found.chain_ok, found.signatures_ok, found.blobs_ok, found.projections_ok] == [True] * 4


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("UPDATE entries SET body = X'7b7d' WHERE n = 1", "/1: body"),
        ("UPDATE entries SET body = 'text' WHERE n = 1", "chains: unreadable"),
        ("UPDATE entries SET salt = zeroblob(16) WHERE n = 1", "/1: body"),
        ("UPDATE entries SET body_hash = zeroblob(32), body = NULL, salt = NULL WHERE n = 1", "/1: hash"),
        ("UPDATE entries SET prev = zeroblob(32) WHERE n = 2", "/2: prev"),
        ("UPDATE entries SET hash = zeroblob(32) WHERE n = 2", "/2: hash"),
        ("UPDATE entries SET header = X'5b5d' WHERE n = 2", "/2: header"),
        ("UPDATE entries SET stream = 'visit/9' WHERE n = 1", "/1: columns"),
        ("UPDATE entries SET kind = 'visit.closed' WHERE n = 1", "/1: columns"),
        ("UPDATE entries SET chain = 'other' WHERE n = 3", "other/1: columns"),
        ("DELETE FROM entries WHERE n = 1", "/1: gap"),
        ("DELETE FROM uploads WHERE seq = 1", "/1: no upload"),
        ("DELETE FROM chains WHERE n = 1", "columns"),
        ("UPDATE chains SET prev = zeroblob(32) WHERE n = 2", "does not cite"),
        ("UPDATE chains SET prev_chain = 'other' WHERE n = 2", "does not cite"),
    ],
)
def test_a_changed_journal_is_found_and_named(store, statement, where):
    found = changed(store, statement)
    assert not found.chain_ok
    faults = [found.first_fault, *_all_faults(store)]
    assert any(where in fault for fault in faults), faults


def _all_faults(store):
    from clerk_app.store import verify

    findings = verify._Findings()
    with store.read() as connection:
        verify._contents(findings, connection, store)
    return [what for _, what in findings.faults]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE heads SET signature = zeroblob(64)",
        "UPDATE heads SET head = zeroblob(32)",
        "UPDATE heads SET seq = 1",
        "UPDATE meta SET value = zeroblob(32) WHERE name = 'device_private'",
        "DELETE FROM meta WHERE name = 'device_private'",
    ],
)
def test_a_signed_head_that_does_not_hold_is_found(store, statement):
    found = changed(store, statement)
    assert (found.chain_ok, found.signatures_ok) == (True, False)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM meta WHERE name = 'counters'",
        "UPDATE meta SET value = 'many' WHERE name = 'counters'",
        "UPDATE meta SET value = '0 1 0' WHERE name = 'counters'",
        "UPDATE meta SET value = 'another' WHERE name = 'store_id'",
        "DELETE FROM entries WHERE n = 3",
        "DELETE FROM chains WHERE n = 2",
    ],
)
def test_a_store_that_no_longer_agrees_with_its_witness_is_found(store, statement):
    assert not changed(store, statement).chain_ok


@pytest.mark.parametrize("table", ["entries", "chains", "heads", "meta", "blobs", "p_visit", "p_stream"])
def test_a_table_that_is_gone_is_a_finding_not_a_failure(store, table):
    assert changed(store, f"DROP TABLE {table}").first_fault is not None


def test_an_erased_body_is_no_fault_of_the_chain(store):
    """Retention erases body and salt; the fold then shows what is left."""
    found = changed(store, "UPDATE entries SET body = NULL, salt = NULL WHERE n = 2")
    assert found.chain_ok


# ---- blobs --------------------------------------------------------------------------------------------------------


def test_a_missing_blob_is_found(store):
    [file] = [file for file in store.folder.blobs.rglob("*") if file.is_file()]
    file.unlink()
    found = verify_store(store)
    assert (found.blobs_ok, found.first_fault) == (False, f"blob {file.name}")


def test_a_blob_of_another_size_than_noted_is_found(store):
    assert not changed(store, "UPDATE blobs SET size = size + 1").blobs_ok


def test_a_blob_that_an_entry_names_but_nobody_kept_is_found(store):
    named = hashlib.sha256(b"never kept").hexdigest()
    append(store, "case/1", "case.taken_in", {"materials": [{"code": "M1", "blobs": [{"id": named}]}]})
    found = verify_store(store)
    assert (found.blobs_ok, found.first_fault) == (False, f"blob {named}")


# ---- stores that refuse to open -----------------------------------------------------------------------------------


def test_a_damaged_witness_is_reported_and_the_rest_is_still_looked_at(desk, store):
    store.close()
    desk.folder.witness.write_bytes(bytes(512))
    found = desk.inspect()
    assert (found.entries, found.chain_ok, found.first_fault) == (3, False, "opening: witness_damaged")
    assert [found.signatures_ok, found.blobs_ok, found.projections_ok] == [True] * 3


def test_damaged_keys_are_reported_and_nothing_unseen_is_called_whole(desk, store):
    store.close()
    path = desk.folder.path / KEYS_FILE
    path.write_bytes(path.read_bytes()[:-2])
    found = desk.inspect()
    assert found.first_fault == "keys.json: keys_damaged"
    assert [found.chain_ok, found.signatures_ok, found.blobs_ok, found.projections_ok] == [False] * 4


def test_keys_with_a_foreign_seal_are_reported_and_the_rest_is_still_looked_at(desk, store):
    store.close()
    path = desk.folder.path / KEYS_FILE
    payload, checksum, mac, _ = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join((payload, checksum, mac[::-1], b"")))
    found = desk.inspect()
    assert (found.entries, found.chain_ok, found.first_fault) == (3, False, "keys.json: keys_damaged")
    assert found.blobs_ok


def test_a_wrong_password_verifies_nothing_and_counts_as_a_try(desk, store):
    store.close()
    with pytest.raises(WrongPassword):
        desk.inspect("Wrong-password-1")


def test_verifying_changes_nothing_of_a_store_that_refuses_to_open(desk, store):
    store.close()
    desk.folder.witness.write_bytes(bytes(512))
    before = {file: file.read_bytes() for file in desk.folder.path.rglob("*") if file.is_file()}
    desk.inspect()
    after = {file: file.read_bytes() for file in desk.folder.path.rglob("*") if file.is_file()}
    assert {file.name for file in before if before[file] != after[file]} <= {"throttle.json"}


def test_verifying_beside_a_clerk_at_work_finds_nothing(desk, store):
    for number in range(5):
        with store.write(CLERK) as unit:
            unit.append(f"visit/x{number}", "visit.opened", OPENED)
            unit.commit()
        assert desk.inspect().first_fault is None
