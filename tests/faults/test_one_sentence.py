"""Whatever a person or a disk does to a store, the command says one sentence with the next step, and nothing else."""

import shutil

import pytest

from clerk_app.errors import WrongPassword
from clerk_app.messages import message
from clerk_app.security.files import KEYS_FILE, THROTTLE_FILE
from tests.helpers.stores import append, clerk_at, desk_at

WRONG = "Wrong-password-1"


@pytest.fixture
def desk(tmp_path):
    """A laptop with a store."""
    desk = desk_at(tmp_path)
    store = desk.create()
    append(store, "visit/1")
    store.close()
    return desk


def said(ran):
    """The one sentence of a refusal."""
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.endswith("\n")
    [sentence] = ran.err.splitlines()
    return sentence


def test_a_wrong_password_and_then_a_lock_out(desk):
    for _ in range(4):
        with pytest.raises(WrongPassword):
            desk.open(WRONG)
    assert said(clerk_at(desk, "case", "list", password=WRONG)) == message("wrong_password").line()
    assert said(clerk_at(desk, "case", "list")) == message("locked_out", minutes=15).line()
    ran = clerk_at(desk, "verify", "--json")
    assert (ran.code, ran.json["error"]["code"]) == (1, "locked_out")


def test_a_weak_password(tmp_path):
    assert said(clerk_at(desk_at(tmp_path), "init", password="password")) == message("weak_password").line()


def test_a_folder_without_a_store(tmp_path):
    assert said(clerk_at(desk_at(tmp_path), "case", "list")) == message("no_store").line()


def test_a_second_init(desk):
    assert said(clerk_at(desk, "init")) == message("store_exists").line()


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "data").write_bytes(b"a file where the folder should be")
    assert said(clerk_at(desk_at(tmp_path), "init")) == message("disk_failed").line()


@pytest.mark.parametrize(
    ("file", "code"),
    [("store.db", "store_damaged"), ("witness", "witness_damaged"), (KEYS_FILE, "keys_damaged")],
)
def test_a_damaged_file(desk, file, code):
    path = desk.folder.path / file
    path.write_bytes(path.read_bytes()[:-7][::-1])
    assert said(clerk_at(desk, "sync", "--once")) == message(code).line()


def test_a_lost_throttle_file(desk):
    (desk.folder.path / THROTTLE_FILE).unlink()
    assert said(clerk_at(desk, "case", "list")) == message("locked_out", minutes=15).line()


def test_an_older_folder_put_back(desk, tmp_path):
    shutil.copytree(desk.folder.path, tmp_path / "older")
    store = desk.open_settled()
    append(store, "visit/2")
    store.close()
    shutil.rmtree(desk.folder.path)
    shutil.copytree(tmp_path / "older", desk.folder.path)
    assert said(clerk_at(desk, "sync", "--once")) == message("store_rolled_back").line()
    looked_at = clerk_at(desk, "case", "list")
    assert (looked_at.code, looked_at.err.strip()) == (0, message("store_rolled_back").line())
    ran = clerk_at(desk, "verify", "--json")
    assert (ran.code, ran.json["chain_ok"]) == (0, False)
    assert ran.json["first_fault"] == "opening: store_rolled_back"
