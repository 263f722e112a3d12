"""Taking in a catalogue that the platform publishes: download, check, put in force; the old one stays until then.

catalogues/CONTENT.part      what has come of a packed catalogue
catalogues/refused.json      one that was broken, and is not downloaded again
"""

from __future__ import annotations

import hashlib
import json
import logging
from contextlib import suppress
from pathlib import Path

from clerk_app.catalogue.loader import read_files
from clerk_app.catalogue.packed import MOST_PACKED, unpack
from clerk_app.catalogue.shelf import FOLDER, Shelf
from clerk_app.errors import BadCatalogue, BadPublished, CatalogueDamaged, VersionTaken
from clerk_app.failpoints import failpoint
from clerk_app.journal.published import Published
from clerk_app.seams import Disk

logger = logging.getLogger(__name__)

_REFUSED = "refused.json"


class CatalogueDownload:
    """The published catalogues that reach a data folder."""

    def __init__(self, shelf: Shelf, folder: Path, disk: Disk) -> None:
        self._shelf = shelf
        self._folder = folder / FOLDER
        self._disk = disk

    def serial(self) -> int:
        """The newest published catalogue that was taken in here; 0 for none. A damaged one counts as not taken in."""
        try:
            whole = self._shelf.is_whole()
            serials = [kept.serial for kept in self._shelf.kept if whole or kept != self._shelf.in_force]
        except CatalogueDamaged:
            return 0
        return max(serials, default=0)

    def offset(self, published: Published) -> int:
        """How much of it is here. Raises `BadPublished` for one that was found to be broken before, or too large."""
        if published.size > MOST_PACKED:
            raise BadPublished(version=published.version, reason="太大")
        with suppress(OSError, ValueError, KeyError, TypeError):
            refused = json.loads(self._disk.read(self._folder / _REFUSED))
            if refused["content"] == published.content.hex():
                raise BadPublished(version=published.version, reason=str(refused["reason"]))
        try:
            size = self._part(published).stat().st_size
        except OSError:
            return 0
        return size if size <= published.size else 0

    def add(self, published: Published, offset: int, piece: bytes) -> int:
        """Keep what has come from `offset` on; how much is here then."""
        self._folder.mkdir(exist_ok=True)
        part = self._part(published)
        with part.open("r+b" if offset and part.exists() else "wb") as file:
            file.seek(offset)
            file.truncate()
            file.write(piece[: published.size - offset])
            return file.tell()

    def finish(self, published: Published) -> None:
        """Put the downloaded catalogue in force. Raises `BadPublished`; then the old one stays in force."""
        part = self._part(published)
        content = self._disk.read(part)
        failpoint("download.downloaded")
        if hashlib.sha256(content).digest() != published.content:
            # Damaged on this disk, for each piece was signed on its way: download it again.
            part.unlink()
            raise BadPublished(version=published.version, reason="下载的内容不完整，会重新下载")
        try:
            reading = read_files(unpack(content))
            if reading.catalogue.version != published.version:
                raise BadPublished(version=published.version, reason="版本号和签发的不一致")
            self._shelf.put(reading, "published", serial=published.serial)
        except BadCatalogue as bad:
            self._refuse(published, str(bad.data["first"]))
        except ValueError:
            self._refuse(published, "内容读不懂")
        except VersionTaken:
            self._refuse(published, "本机已经有另一个内容的同名版本")
        except BadPublished as bad:
            self._refuse(published, str(bad.data["reason"]))
        part.unlink(missing_ok=True)

    def _refuse(self, published: Published, reason: str) -> None:
        logger.warning("published catalogue %s refused: %s", published.version, reason)
        note = json.dumps({"content": published.content.hex(), "reason": reason}, ensure_ascii=False)
        self._disk.replace(self._folder / _REFUSED, note.encode())
        self._part(published).unlink(missing_ok=True)
        raise BadPublished(version=published.version, reason=reason) from None

    def _part(self, published: Published) -> Path:
        return self._folder / f"{published.content.hex()}.part"
