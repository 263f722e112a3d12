"""Half of what wraps the key may lie in the operating system's key store."""

from types import SimpleNamespace

import pytest

from clerk_app.errors import KeysDamaged
from clerk_app.security.device_secret import KeyringSecretStore, NoSecretStore
from tests.helpers.stores import SeededRng

STORE = "ab" * 16


class Refused(Exception):
    """What `keyring` raises when the key store is locked or has no session."""


class Keyring:
    """The three names of the package `keyring` that are used."""

    errors = SimpleNamespace(KeyringError=Refused)

    def __init__(self):
        self.kept = {}
        self.usable = True

    def set_password(self, service, name, secret):
        if not self.usable:
            raise Refused
        self.kept[service, name] = secret

    def get_password(self, service, name):
        if not self.usable:
            raise Refused
        return self.kept.get((service, name))


@pytest.fixture
def keyring():
    return Keyring()


def test_a_secret_comes_back_from_the_key_store(keyring):
    secret = KeyringSecretStore(keyring).create(STORE, SeededRng(1))
    assert len(secret) == 32
    assert KeyringSecretStore(keyring).load(STORE) == secret


def test_a_key_store_that_cannot_be_used_is_none(keyring):
    keyring.usable = False
    assert KeyringSecretStore(keyring).create(STORE, SeededRng(1)) == b""
    assert NoSecretStore().create(STORE, SeededRng(1)) == b""


@pytest.mark.parametrize("kept", [None, "", "no hexadecimal"])
def test_a_secret_that_is_gone_is_said_so(keyring, kept):
    KeyringSecretStore(keyring).create(STORE, SeededRng(1))
    keyring.kept = dict.fromkeys(keyring.kept, kept)
    with pytest.raises(KeysDamaged):
        KeyringSecretStore(keyring).load(STORE)


def test_a_locked_key_store_is_said_so(keyring):
    KeyringSecretStore(keyring).create(STORE, SeededRng(1))
    keyring.usable = False
    with pytest.raises(KeysDamaged):
        KeyringSecretStore(keyring).load(STORE)
