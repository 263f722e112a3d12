"""What is true of PostgreSQL only: what the server is asked for, and what becomes of its own ends."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from sync.hub.store import HubStore


@pytest.fixture
def url(postgresql_server, postgresql_tables):
    """A database of its own with the hub's tables."""
    with postgresql_server.database(postgresql_tables) as url:
        yield url


def setting(store, name):
    with store.writing() as connection:
        return connection.execute(text(f"SHOW {name}")).scalar_one()


@pytest.mark.parametrize(("of_the_server", "asked_for"), [("off", "on"), ("local", "local"), ("on", "on")])
def test_a_commit_is_durable_whatever_the_servers_default(postgresql_server, url, tmp_path, of_the_server, asked_for):
    name = url.rpartition("/")[2]
    postgresql_server.execute(f"ALTER DATABASE {name} SET synchronous_commit = {of_the_server}")
    store = HubStore.open(tmp_path, url)
    assert setting(store, "synchronous_commit") == asked_for
    store.close()


def test_reading_sees_one_state_and_cannot_write(url, tmp_path):
    store = HubStore.open(tmp_path, url)
    with store.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM regions")).scalar_one() == 0
        with store.writing() as other:
            other.execute(text("INSERT INTO regions VALUES ('999999', '', 0)"))
        assert connection.execute(text("SELECT count(*) FROM regions")).scalar_one() == 0
        assert connection.execute(text("SHOW transaction_read_only")).scalar_one() == "on"
    with store.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM regions")).scalar_one() == 1
    assert setting(store, "transaction_isolation") == "read committed"
    store.close()
