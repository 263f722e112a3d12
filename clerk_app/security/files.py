"""Names of the files that guard a store; apart from their code, which loads the cryptographic library."""

from __future__ import annotations

KEYS_FILE = "keys.json"
THROTTLE_FILE = "throttle.json"
