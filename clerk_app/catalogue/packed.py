"""A catalogue as it travels: the tables of its files as one JSON object, in one zstd frame.

    {"catalogue.toml": {…}, "materials.toml": {…}, "matters/P31.toml": {…}, …}

Every file of a sound catalogue is made of texts, whole numbers, truths, lists and tables, so that JSON loses nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import zstandard

from clerk_app.catalogue.compiled import canonical
from clerk_app.catalogue.files import DataFiles

MOST_PACKED = 64 << 20
MOST_PLAIN = 512 << 20
"""Bytes of a catalogue packed and unpacked: some hundred times that of a large region's."""


def pack(data: Mapping[str, Mapping[str, Any]]) -> bytes:
    """The packed files of a sound catalogue."""
    return zstandard.ZstdCompressor(level=15, write_checksum=True, write_content_size=True).compress(canonical(data))


def unpack(content: bytes) -> DataFiles:
    """The files in packed bytes; raise `ValueError` if they are none."""
    try:
        size = zstandard.frame_content_size(content)
        if not 0 < size <= MOST_PLAIN:
            raise ValueError("not the size of a catalogue")
        data = json.loads(zstandard.ZstdDecompressor().decompress(content, max_output_size=MOST_PLAIN))
    except (zstandard.ZstdError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError("not a packed catalogue") from error
    if not isinstance(data, dict) or not all(isinstance(table, dict) for table in data.values()):
        raise ValueError("not a packed catalogue")
    return DataFiles(data)
