"""How names sound: pinyin (拼音) for the search, one reading for each name, syllables apart.

The shipped sample brings its readings (`sample/readings.json`, written by `python -m clerk_app.catalogue.readings`), so
that no start pays for pypinyin (a third of a second to import). A name without one is read the moment the search needs
it, which never happens on the GUI thread.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from clerk_app.catalogue.listed import Listed

FILE = "readings.json"


def reading_of(text: str) -> str:
    """The pinyin of `text` without tones, its syllables apart by blanks; what is no character stays, in lower case."""
    from pypinyin import Style, lazy_pinyin

    syllables = lazy_pinyin(text.casefold(), style=Style.NORMAL, v_to_u=False)
    return " ".join("".join(syllable.split()) for syllable in syllables if syllable.strip())


def read_readings(folder: Path) -> Mapping[str, str]:
    """The readings that lie beside a catalogue; none if the file is missing or spoiled: they can be made anew."""
    try:
        found = json.loads((folder / FILE).read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: sound for name, sound in found.items() if isinstance(sound, str)}


def make_readings(names: Iterable[str]) -> dict[str, str]:
    """A reading for every name that has a character to read."""
    return {name: reading_of(name) for name in sorted(set(names)) if not name.isascii()}


def names_of(items: Iterable[Listed]) -> Iterable[str]:
    """Every name that the search knows these items by."""
    return (name for item in items for name in item.names)


def readings_text(readings: Mapping[str, str]) -> str:
    """The file's text: one name a line, so that a change shows as a change."""
    return json.dumps(readings, ensure_ascii=False, indent=0, sort_keys=True) + "\n"


def main() -> None:
    """Write the readings of the shipped sample."""
    from clerk_app.catalogue.loader import SHIPPED, load_catalogue

    text = readings_text(make_readings(names_of(load_catalogue().listed())))
    (SHIPPED / FILE).write_text(text, encoding="utf-8")
    sys.stdout.write(f"{len(text.splitlines()) - 2}\n")


if __name__ == "__main__":
    main()
