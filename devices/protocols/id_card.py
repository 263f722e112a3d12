"""What lies on the chip of an identity card: the answer to "read base", its text block, the newest address.

    answer data   text length 2 | photo length 2 | text | photo        lengths big-endian
    text          256 bytes UTF-16LE, padded with U+0020; the unit at 248 is the type mark:
                  blank 居民身份证, J 港澳台居民居住证, I 外国人永久居留身份证 2017, Y the same of 2023

Any other mark is an unknown document, never a guess. An item may be cut inside a character of two units: the half that
is left is dropped and the item named in `truncated`. The photo is not kept: nothing here needs a face.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from clerk_app.domain import ethnic_groups, id_number, private_use
from clerk_app.domain.identity import LONG_TERM, IdentityDocument, Sex
from devices.protocols.frames import FrameError

TEXT_SIZE = 256
NEWEST_ADDRESS_SIZE = 70
SAM_ID_SIZE = 16

_LENGTHS_SIZE = 4
_MARK = slice(248, 250)
_PADDING = " \0"

_SEXES: Mapping[str, Sex] = {"0": "unknown", "1": "male", "2": "female", "9": "not_stated"}
"""GB/T 2261.1."""


def text_of_base(answer_data: bytes) -> bytes:
    """The text block inside the data of a "read base" answer, by its own length fields; the rest is let go.

    Raises `FrameError` if the lengths promise more than came.
    """
    text_size = int.from_bytes(answer_data[0:2], "big")
    photo_size = int.from_bytes(answer_data[2:4], "big")
    if len(answer_data) < _LENGTHS_SIZE + text_size + photo_size:
        raise FrameError("the lengths inside the answer do not fit it")
    return bytes(answer_data[_LENGTHS_SIZE : _LENGTHS_SIZE + text_size])


def parse_text(block: bytes) -> IdentityDocument:
    """The document in a text block. A block of another size or with an unknown type mark is an `unknown` document."""
    if len(block) != TEXT_SIZE:
        return IdentityDocument("unknown")
    parse = _LAYOUTS.get(bytes(block[_MARK]))
    return parse(_Items(block)) if parse else IdentityDocument("unknown")


def with_newest_address(document: IdentityDocument, data: bytes) -> IdentityDocument:
    """`document` with the newest address written to the card after it was made; `FrameError` unless it is 70 bytes."""
    if len(data) != NEWEST_ADDRESS_SIZE:
        raise FrameError(f"a newest address has {NEWEST_ADDRESS_SIZE} bytes, not {len(data)}")
    items = _Items(data)
    address = items.text("newest_address", (0, NEWEST_ADDRESS_SIZE))
    return replace(document, newest_address=address, truncated=document.truncated + items.truncated)


def format_sam_id(data: bytes) -> str:
    """The reader's own number as it is written down everywhere; `FrameError` unless it is 16 bytes."""
    if len(data) != SAM_ID_SIZE:
        raise FrameError(f"a SAM id has {SAM_ID_SIZE} bytes, not {len(data)}")
    first, second, third = (int.from_bytes(data[at : at + 4], "little") for at in (4, 8, 12))
    return f"{data[0]:02d}.{data[2]:02d}-{first:08d}-{second:010d}-{third:010d}"


class _Items:
    """Reads items out of a block and remembers which were cut."""

    def __init__(self, block: bytes) -> None:
        self._block = block
        self._cut: list[str] = []

    @property
    def truncated(self) -> tuple[str, ...]:
        return tuple(self._cut)

    def text(self, key: str, *spans: tuple[int, int]) -> str | None:
        """The text at the spans (offset, size), read as one; None if blank."""
        raw = b"".join(self._block[offset : offset + size] for offset, size in spans)
        whole = raw.decode("utf-16-le", "ignore")
        if whole != raw.decode("utf-16-le", "surrogatepass"):
            self._cut.append(key)
        return private_use.to_standard(whole).rstrip(_PADDING) or None

    def day(self, key: str, offset: int) -> str | None:
        """The ISO date of an item YYYYMMDD; None if it is none."""
        return _iso_date(self.text(key, (offset, 16)))

    def last_day(self, offset: int) -> str | None:
        """The ISO date until which the document is valid, or `long_term`."""
        text = self.text("valid_until", (offset, 16))
        return LONG_TERM if text == "长期" else _iso_date(text)

    def sex(self, offset: int) -> Sex | None:
        """The sex, None if the code is none."""
        return _SEXES.get(self.text("sex", (offset, 2)) or "")


def _iso_date(text: str | None) -> str | None:
    if text is None or len(text) != 8 or not (text.isascii() and text.isdigit()):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])).isoformat()
    except ValueError:
        return None


def _checked(number: str | None, is_valid: Callable[[str], bool]) -> bool | None:
    return None if number is None else is_valid(number)


def _resident_id(items: _Items) -> IdentityDocument:
    code = items.text("ethnicity_code", (32, 4))
    number = items.text("number", (122, 36))
    return IdentityDocument(
        "resident_id",
        name=items.text("name", (0, 30)),
        sex=items.sex(30),
        ethnicity_code=code,
        ethnicity=ethnic_groups.name_of(code) if code else None,
        birth_date=items.day("birth_date", 36),
        address=items.text("address", (52, 70)),
        number=number,
        number_valid=_checked(number, id_number.is_valid),
        issuer=items.text("issuer", (158, 30)),
        valid_from=items.day("valid_from", 188),
        valid_until=items.last_day(204),
        truncated=items.truncated,
    )


def _hmt_permit(items: _Items) -> IdentityDocument:
    number = items.text("number", (122, 36))
    return IdentityDocument(
        "hmt_permit",
        name=items.text("name", (0, 30)),
        sex=items.sex(30),
        birth_date=items.day("birth_date", 36),
        address=items.text("address", (52, 70)),
        number=number,
        number_valid=_checked(number, id_number.is_valid),
        issuer=items.text("issuer", (158, 30)),
        valid_from=items.day("valid_from", 188),
        valid_until=items.last_day(204),
        permit_number=items.text("permit_number", (220, 18)),
        issue_count=items.text("issue_count", (238, 4)),
        truncated=items.truncated,
    )


def _foreign_permanent_2017(items: _Items) -> IdentityDocument:
    # The code of the office that took the application (240) is no issuer, and no key of ours.
    number = items.text("number", (122, 30))
    return IdentityDocument(
        "foreign_permanent_2017",
        name=items.text("name", (158, 30)),
        english_name=items.text("english_name", (0, 120)),
        sex=items.sex(120),
        birth_date=items.day("birth_date", 220),
        number=number,
        number_valid=_checked(number, id_number.is_valid_2017),
        valid_from=items.day("valid_from", 188),
        valid_until=items.last_day(204),
        nationality=items.text("nationality", (152, 6)),
        truncated=items.truncated,
    )


def _foreign_permanent_2023(items: _Items) -> IdentityDocument:
    number = items.text("number", (122, 36))
    return IdentityDocument(
        "foreign_permanent_2023",
        name=items.text("name", (0, 30)),
        # 35 units, and 11 more where the name is longer than that.
        english_name=items.text("english_name", (52, 70), (220, 22)),
        sex=items.sex(30),
        birth_date=items.day("birth_date", 36),
        number=number,
        number_valid=_checked(number, id_number.is_valid_2023),
        issuer=items.text("issuer", (158, 30)),
        valid_from=items.day("valid_from", 188),
        valid_until=items.last_day(204),
        nationality=items.text("nationality", (242, 6)),
        issue_count=items.text("issue_count", (32, 4)),
        truncated=items.truncated,
    )


_LAYOUTS: Mapping[bytes, Callable[[_Items], IdentityDocument]] = {
    " ".encode("utf-16-le"): _resident_id,
    "J".encode("utf-16-le"): _hmt_permit,
    "I".encode("utf-16-le"): _foreign_permanent_2017,
    "Y".encode("utf-16-le"): _foreign_permanent_2023,
}
