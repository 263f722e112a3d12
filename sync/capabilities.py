"""What an end can do beyond the first version of the protocol. Each names its own in `hello`; the rest is left out."""

from __future__ import annotations

SHOWS_ENTRIES = "entries"
"""Shows a device its own entries."""
TAKES_FACTS = "facts"
"""Takes facts of its own back, which it has lost."""
TAKES_ENTRIES = "attested"
"""Takes entries of other devices back that it once showed, and has lost."""
SHOWS_CASES = "streams"
"""Shows a device cases of other desks."""
KEEPS_EARLY = "early"
"""Keeps a batch that overtook the one before it."""
CARRIES = "handovers"
"""Takes hand-overs of other devices from a carrier."""
TAKES_PIECES = "pieces"
"""Takes pieces of several blobs in one request."""
SIGNS_BY_HEADS = "heads"
"""Signs its answer to pieces over their heads."""
ANSWERS_LICENCES = "licences"
"""Has a licence library that can be asked."""
PUBLISHES = "catalogues"
"""Publishes catalogues."""
FINDS_PERSONS = "persons"
"""Finds the cases of a person by a document."""

ALL = (
    SHOWS_ENTRIES,
    TAKES_FACTS,
    TAKES_ENTRIES,
    SHOWS_CASES,
    KEEPS_EARLY,
    CARRIES,
    TAKES_PIECES,
    SIGNS_BY_HEADS,
    ANSWERS_LICENCES,
    FINDS_PERSONS,
    PUBLISHES,
)
"""Those of this version, of desk and hub alike."""
