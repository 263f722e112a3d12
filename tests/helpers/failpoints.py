"""Which test kills the program at which failpoint. A name without a test fails the suite."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from tests.helpers.source import ROOT, failpoint_calls, product_files

SUITES = {
    "append": "tests/faults/test_store_kills.py",
    "create": "tests/faults/test_store_kills.py",
    "disk": "tests/faults/test_store_kills.py",
    "vault": "tests/faults/test_store_kills.py",
    "take_in": "tests/faults/test_take_in_kills.py",
    "print": "tests/faults/test_take_in_kills.py",
    "keys": "tests/faults/test_key_kills.py",
    "leaving": "tests/faults/test_key_kills.py",
    "quarantine": "tests/faults/test_key_kills.py",
    "revocation": "tests/faults/test_key_kills.py",
    "upgrade": "tests/store/test_upgrades.py",
    "tls": "tests/faults/test_key_kills.py",
    "handover": "tests/faults/test_handover_kills.py",
    "sync": "tests/faults/test_sync_failpoints.py",
    "recheck": "tests/sync/test_rechecks.py",
    "exchange": "tests/sync/test_exchange.py",
    "catalogue": "tests/faults/test_catalogue_kills.py",
    "download": "tests/sync/test_published.py",
    "publish": "tests/sync/test_published.py",
    "backup": "tests/sync/test_backup.py",
    "restore": "tests/sync/test_backup.py",
    "repair": "tests/faults/test_repair_kills.py",
    "hub": "tests/faults/test_sync_failpoints.py",
}
"""The first word of a name, and the test file that passes through all of its names."""


@cache
def all_names() -> tuple[str, ...]:
    """Every failpoint of the product, sorted."""
    sources = (file.read_text(encoding="utf-8") for file in product_files() if file.name != "failpoints.py")
    # Only what could hold a call is parsed: it takes seconds to parse the whole program.
    found = {
        name for source in sources if "failpoint(" in source for _, name in failpoint_calls(source) if name is not None
    }
    return tuple(sorted(found))


def names_of(*words: str) -> list[str]:
    """The failpoints whose names begin with one of `words`, as in `append` for `append.begun`."""
    return [name for name in all_names() if name.partition(".")[0] in words]


def untested(names: Sequence[str], suites: dict[str, str]) -> list[str]:
    """Those of `names` that no suite claims, or whose suite neither names them nor asks for all of their kind."""
    return [name for name in names if not _is_tested(name, suites.get(name.partition(".")[0]))]


def _is_tested(name: str, suite: str | None) -> bool:
    if suite is None or not (ROOT / suite).exists():
        return False
    source = (ROOT / suite).read_text(encoding="utf-8")
    word = name.partition(".")[0]
    return f'"{name}"' in source or ("names_of(" in source and f'"{word}"' in source)
