"""Writes a document onto a simulated chip: the text block of each layout, and the newest address.

As on real cards, an item longer than its place is cut at a unit, also inside a character of two units.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from clerk_app.domain.identity import LONG_TERM, DocumentKind, IdentityDocument, Sex

_UNITS = 128
_NEWEST_ADDRESS_UNITS = 35
_PAD = " "

_SEX_CODES: Mapping[Sex | None, str] = {"unknown": "0", "male": "1", "female": "2", "not_stated": "9", None: _PAD}


def text_block(document: IdentityDocument) -> bytes:
    """The 256 bytes of the layout that `document.document` names; an `unknown` document gets the type mark `?`."""
    chip = _Chip()
    _WRITERS[document.document](chip, document)
    return chip.content


def newest_address(text: str) -> bytes:
    """The 70 bytes of a newest address."""
    return _units(text.ljust(_NEWEST_ADDRESS_UNITS, _PAD))[: _NEWEST_ADDRESS_UNITS * 2]


def _units(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


class _Chip:
    def __init__(self) -> None:
        self._content = bytearray(_units(_PAD * _UNITS))

    @property
    def content(self) -> bytes:
        return bytes(self._content)

    def put(self, offset: int, size: int, text: str | None) -> bytes:
        """Write what fits; return the units that did not."""
        return self.put_units(offset, size, _units(text or ""))

    def put_units(self, offset: int, size: int, raw: bytes) -> bytes:
        """Write what fits; return the units that did not."""
        self._content[offset : offset + min(size, len(raw))] = raw[:size]
        return raw[size:]

    def put_day(self, offset: int, iso: str | None) -> None:
        self.put(offset, 16, "长期" if iso == LONG_TERM else (iso or "").replace("-", ""))


def _put_address_layout(chip: _Chip, document: IdentityDocument) -> None:
    chip.put(0, 30, document.name)
    chip.put(30, 2, _SEX_CODES[document.sex])
    chip.put_day(36, document.birth_date)
    chip.put(52, 70, document.address)
    chip.put(122, 36, document.number)
    chip.put(158, 30, document.issuer)
    chip.put_day(188, document.valid_from)
    chip.put_day(204, document.valid_until)


def _put_resident_id(chip: _Chip, document: IdentityDocument) -> None:
    _put_address_layout(chip, document)
    chip.put(32, 4, document.ethnicity_code)


def _put_hmt_permit(chip: _Chip, document: IdentityDocument) -> None:
    _put_address_layout(chip, document)
    chip.put(220, 18, document.permit_number)
    chip.put(238, 4, document.issue_count)
    chip.put(248, 2, "J")


def _put_foreign_2017(chip: _Chip, document: IdentityDocument) -> None:
    chip.put(0, 120, document.english_name)
    chip.put(120, 2, _SEX_CODES[document.sex])
    chip.put(122, 30, document.number)
    chip.put(152, 6, document.nationality)
    chip.put(158, 30, document.name)
    chip.put_day(188, document.valid_from)
    chip.put_day(204, document.valid_until)
    chip.put_day(220, document.birth_date)
    chip.put(248, 2, "I")


def _put_foreign_2023(chip: _Chip, document: IdentityDocument) -> None:
    chip.put(0, 30, document.name)
    chip.put(30, 2, _SEX_CODES[document.sex])
    chip.put(32, 4, document.issue_count)
    chip.put_day(36, document.birth_date)
    # A long name goes on in a second place, even from the middle of a character of two units.
    chip.put_units(220, 22, chip.put(52, 70, document.english_name))
    chip.put(122, 36, document.number)
    chip.put(158, 30, document.issuer)
    chip.put_day(188, document.valid_from)
    chip.put_day(204, document.valid_until)
    chip.put(242, 6, document.nationality)
    chip.put(248, 2, "Y")


def _put_unknown(chip: _Chip, document: IdentityDocument) -> None:
    chip.put(0, 30, document.name)
    chip.put(248, 2, "?")


_WRITERS: Mapping[DocumentKind, Callable[[_Chip, IdentityDocument], None]] = {
    "resident_id": _put_resident_id,
    "hmt_permit": _put_hmt_permit,
    "foreign_permanent_2017": _put_foreign_2017,
    "foreign_permanent_2023": _put_foreign_2023,
    "unknown": _put_unknown,
}
