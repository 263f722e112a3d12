"""The simulations for longer than a test may take: `python -m tests.soak --minutes M [--first SEED]`.

Every second run has a real encrypted store at each desk. Runs one after another until the time is up and says how many
there were; the first broken promise ends it with the seed that repeats it, which then belongs into
`tests/sync/test_simulation.py`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.sync.simulation import Broken, DeskKind, Simulation

FIRST_SEED = 100_000
KINDS: tuple[DeskKind, ...] = ("memory", "store")


def main() -> int:
    """Run until the time is up; 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="python3 dev.py soak")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long")
    parser.add_argument("--first", type=int, default=FIRST_SEED, help="the first seed")
    arguments = parser.parse_args()
    deadline = time.monotonic() + arguments.minutes * 60
    seed = arguments.first
    while time.monotonic() < deadline:
        kind = KINDS[seed % len(KINDS)]
        try:
            with tempfile.TemporaryDirectory(prefix="window-clerk-soak-") as folder:
                Simulation(seed, Path(folder), desk=kind).run()
        except Broken as promise:
            print(f"seed {seed} with desk={kind!r}: {promise}")
            return 1
        seed += 1
    print(f"{seed - arguments.first} simulations, seeds {arguments.first} to {seed - 1}: every promise held.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
