"""`keys.json`: a way to the database key for each clerk, and for nobody else."""

import hashlib
import json
from dataclasses import replace

import pytest

from clerk_app.errors import KeysDamaged, UnknownClerk, WrongPassword
from clerk_app.seams import SystemDisk
from clerk_app.security.device_secret import NoSecretStore
from clerk_app.security.files import KEYS_FILE
from clerk_app.security.keys import Keys, check_keys, load_keys, save_keys
from tests.helpers.stores import CHEAP, CLERK, NAME, PASSWORD, KeptSecrets, SeededRng

DISK, RNG = SystemDisk(), SeededRng(3)
KEY = bytes(range(32))
OTHER_CLERK, OTHER_PASSWORD = "0313", "Another-2026"


def with_clerk(keys, clerk=CLERK, password=PASSWORD, secrets=None):
    return keys.with_clerk(clerk, NAME, password, KEY, cost=CHEAP, secrets=secrets or NoSecretStore(), rng=RNG)


@pytest.fixture
def keys():
    return with_clerk(Keys("ab" * 16))


@pytest.fixture
def saved(keys, tmp_path):
    save_keys(tmp_path, keys, KEY, DISK)
    return tmp_path


def rewritten(folder, change):
    """What somebody can do who has the file but not the key: everything but the last line."""
    payload, _, mac, _ = (folder / KEYS_FILE).read_bytes().split(b"\n")
    content = json.loads(payload)
    change(content)
    payload = json.dumps(content, separators=(",", ":")).encode()
    lines = (payload, hashlib.sha256(payload).hexdigest().encode(), mac, b"")
    (folder / KEYS_FILE).write_bytes(b"\n".join(lines))


# ---- clerks and passwords -----------------------------------------------------------------------------------------


def test_a_clerk_gets_the_key_with_the_password_and_with_no_other(keys):
    assert keys.unwrap(CLERK, PASSWORD, NoSecretStore()) == KEY
    for password in ("", PASSWORD.lower(), PASSWORD + " ", "Example-2027", "\udcff"):
        with pytest.raises(WrongPassword):
            keys.unwrap(CLERK, password, NoSecretStore())


def test_a_clerk_who_was_never_added_is_unknown(keys):
    with pytest.raises(UnknownClerk):
        keys.unwrap("9999", PASSWORD, NoSecretStore())


def test_an_added_clerk_has_an_own_password_to_the_same_key(keys):
    both = with_clerk(keys, OTHER_CLERK, OTHER_PASSWORD)
    assert both.unwrap(CLERK, PASSWORD, NoSecretStore()) == KEY
    assert both.unwrap(OTHER_CLERK, OTHER_PASSWORD, NoSecretStore()) == KEY
    with pytest.raises(WrongPassword):
        both.unwrap(OTHER_CLERK, PASSWORD, NoSecretStore())


def test_a_new_password_replaces_the_old_one(keys):
    changed = with_clerk(keys, password=OTHER_PASSWORD)
    assert changed.unwrap(CLERK, OTHER_PASSWORD, NoSecretStore()) == KEY
    with pytest.raises(WrongPassword):
        changed.unwrap(CLERK, PASSWORD, NoSecretStore())


def test_one_clerks_wrapped_key_does_not_open_under_another_name_or_in_another_store(keys):
    moved = replace(keys, clerks={OTHER_CLERK: keys.clerks[CLERK]})
    with pytest.raises(WrongPassword):
        moved.unwrap(OTHER_CLERK, PASSWORD, NoSecretStore())
    with pytest.raises(WrongPassword):
        replace(keys, store_id="cd" * 16).unwrap(CLERK, PASSWORD, NoSecretStore())


# ---- the device secret --------------------------------------------------------------------------------------------


def test_with_a_key_store_the_password_alone_opens_nothing():
    secrets = KeptSecrets()
    keys = with_clerk(Keys("ab" * 16), secrets=secrets)
    assert keys.unwrap(CLERK, PASSWORD, secrets) == KEY
    secrets.kept["ab" * 16] = bytes(32)
    with pytest.raises(WrongPassword):
        keys.unwrap(CLERK, PASSWORD, secrets)


def test_a_disk_carried_to_another_machine_is_told_apart_from_a_wrong_password():
    keys = with_clerk(Keys("ab" * 16), secrets=KeptSecrets())
    for elsewhere in (KeptSecrets(), NoSecretStore()):
        with pytest.raises(KeysDamaged):
            keys.unwrap(CLERK, PASSWORD, elsewhere)


def test_a_second_clerk_uses_the_device_secret_that_is_there():
    secrets = KeptSecrets()
    keys = with_clerk(Keys("ab" * 16), secrets=secrets)
    kept = dict(secrets.kept)
    both = with_clerk(keys, OTHER_CLERK, OTHER_PASSWORD, secrets)
    assert secrets.kept == kept
    assert both.unwrap(OTHER_CLERK, OTHER_PASSWORD, secrets) == KEY


# ---- the file -----------------------------------------------------------------------------------------------------


def test_the_file_gives_back_what_was_saved(keys, saved):
    assert load_keys(saved, DISK) == keys
    check_keys(saved, KEY, DISK)


def test_the_key_sealed_for_recovery_is_kept_with_the_clerks(keys, tmp_path):
    save_keys(tmp_path, replace(keys, recovery=b"sealed"), KEY, DISK)
    assert load_keys(tmp_path, DISK).recovery == b"sealed"


def test_the_file_holds_neither_key_nor_password(saved):
    content = (saved / KEYS_FILE).read_bytes()
    for secret in (KEY, KEY.hex().encode(), PASSWORD.encode(), PASSWORD.encode().hex().encode()):
        assert secret not in content


def test_nobody_but_the_user_may_read_the_file(saved):
    assert (saved / KEYS_FILE).stat().st_mode & 0o077 == 0


def test_a_missing_file_is_damage(tmp_path):
    with pytest.raises(KeysDamaged):
        load_keys(tmp_path, DISK)


def test_every_flipped_byte_of_the_file_is_refused(saved):
    path = saved / KEYS_FILE
    content = path.read_bytes()
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x15]) + content[place + 1 :])
        with pytest.raises(KeysDamaged):
            check_keys(saved, KEY, DISK)


def test_a_file_cut_anywhere_is_refused(saved):
    path = saved / KEYS_FILE
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(KeysDamaged):
            load_keys(saved, DISK)


def test_whoever_has_the_file_but_not_the_key_can_add_no_clerk(keys, saved):
    intruder = with_clerk(Keys("ab" * 16), "6666", OTHER_PASSWORD).clerks["6666"]

    def add(content):
        content["clerks"]["6666"] = {
            "name": "例",
            "argon2id": [64, 1, 1],
            "salt": intruder.salt.hex(),
            "nonce": intruder.nonce.hex(),
            "wrapped": intruder.wrapped.hex(),
            "with_secret": False,
        }

    rewritten(saved, add)
    assert "6666" in load_keys(saved, DISK).clerks  # it looks right until the key is there to ask
    with pytest.raises(KeysDamaged):
        check_keys(saved, KEY, DISK)


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.update(format="window-clerk-keys-2"),
        lambda content: content.pop("store"),
        lambda content: content.update(clerks=[]),
        lambda content: content.update(clerks={"1": None}),
        lambda content: content["clerks"][CLERK].update(argon2id=[2**40, 3, 4]),
        lambda content: content["clerks"][CLERK].update(argon2id=[64, 0, 1]),
        lambda content: content["clerks"][CLERK].update(argon2id=[64, 10**9, 1]),
        lambda content: content["clerks"][CLERK].update(argon2id=["64", "1", "1"]),
        lambda content: content["clerks"][CLERK].update(argon2id=[64, 1]),
        lambda content: content["clerks"][CLERK].update(nonce=""),
        lambda content: content["clerks"][CLERK].update(nonce="0g"),
        lambda content: content["clerks"][CLERK].update(salt="00"),
        lambda content: content["clerks"][CLERK].update(wrapped="00" * 47),
    ],
)
def test_a_file_that_the_program_would_never_have_written_is_refused_before_it_costs_anything(saved, change):
    rewritten(saved, change)
    with pytest.raises(KeysDamaged):
        load_keys(saved, DISK)
