"""The seeds that once found something: kept with the reason in `tests/seeds/simulation.toml` and run always."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path

KEPT = Path(__file__).resolve().parents[1] / "seeds" / "simulation.toml"


@dataclass(frozen=True)
class KeptSeed:
    """One run of the simulation, of the eventful one if it says so.

    `reason` says what it found; `is_open` that it still does.
    """

    seed: int
    desk: str
    reason: str
    is_open: bool = False
    is_eventful: bool = False


def kept_seeds() -> list[KeptSeed]:
    """Every kept seed, oldest first."""
    return [KeptSeed(**kept) for kept in tomllib.loads(KEPT.read_text(encoding="utf-8"))["kept"]]


def keep_seed(seed: int, desk: str, reason: str, *, is_eventful: bool = False) -> None:
    """Keep a seed that has just broken a promise; it counts as open until a person has mended what it found."""
    run = (seed, desk, is_eventful)
    if any((kept.seed, kept.desk, kept.is_eventful) == run for kept in kept_seeds()):
        return
    text = json.dumps(" ".join(reason.split())[:300], ensure_ascii=False)
    with KEPT.open("a", encoding="utf-8") as file:
        file.write(f'\n[[kept]]\nseed = {seed}\ndesk = "{desk}"\nreason = {text}\nis_open = true\n')
        if is_eventful:
            file.write("is_eventful = true\n")
