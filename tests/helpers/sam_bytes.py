"""The SAM_V protocol as literal bytes, copied from its tables and not from our code.

Driver and simulator share a codec; were it wrong, they would agree with one another. This module is the third party.
"""

RESET = bytes.fromhex("AA AA AA 96 69 00 03 10 FF EC")
CHECK_STATUS = bytes.fromhex("AA AA AA 96 69 00 03 11 FF ED")
READ_SAM_ID = bytes.fromhex("AA AA AA 96 69 00 03 12 FF EE")
FIND = bytes.fromhex("AA AA AA 96 69 00 03 20 01 22")
SELECT = bytes.fromhex("AA AA AA 96 69 00 03 20 02 21")
READ_BASE = bytes.fromhex("AA AA AA 96 69 00 03 30 01 32")
READ_NEWEST = bytes.fromhex("AA AA AA 96 69 00 03 30 03 30")
READ_FINGERPRINT = bytes.fromhex("AA AA AA 96 69 00 03 30 10 23")
REQUESTS = (RESET, CHECK_STATUS, READ_SAM_ID, FIND, SELECT, READ_BASE, READ_NEWEST)

FIND_OK = bytes.fromhex("AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97")
FIND_NONE = bytes.fromhex("AA AA AA 96 69 00 04 00 00 80 84")
SELECT_OK = bytes.fromhex("AA AA AA 96 69 00 0C 00 00 90 00 00 00 00 00 00 00 00 9C")
SELECT_FAIL = bytes.fromhex("AA AA AA 96 69 00 04 00 00 81 85")
READ_FAIL = bytes.fromhex("AA AA AA 96 69 00 04 00 00 41 45")
WRONG_CARD = bytes.fromhex("AA AA AA 96 69 00 04 00 00 40 44")
STATUS_OK = bytes.fromhex("AA AA AA 96 69 00 04 00 00 90 94")
STATUS_BAD = bytes.fromhex("AA AA AA 96 69 00 04 00 00 60 64")
NO_ADDRESS = bytes.fromhex("AA AA AA 96 69 00 04 00 00 91 95")
NOT_LICENSED = bytes.fromhex("AA AA AA 96 69 00 04 00 00 66 62")

ANSWERS = {
    "find ok": (FIND_OK, "00009F", 4),
    "find none": (FIND_NONE, "000080", 0),
    "select ok": (SELECT_OK, "000090", 8),
    "select fail": (SELECT_FAIL, "000081", 0),
    "read fail": (READ_FAIL, "000041", 0),
    "wrong card": (WRONG_CARD, "000040", 0),
    "status ok": (STATUS_OK, "000090", 0),
    "status bad": (STATUS_BAD, "000060", 0),
    "no address": (NO_ADDRESS, "000091", 0),
    "not licensed": (NOT_LICENSED, "000066", 0),
}
"""Name: (frame, status word, data bytes)."""

# 05.01-20121231-0000000001-0000000002
SAM_ID_OK = bytes.fromhex("AA AA AA 96 69 00 14 00 00 90 05 00 01 00 8F 06 33 01 01 00 00 00 02 00 00 00 38")
SAM_ID = "05.01-20121231-0000000001-0000000002"


def status_frame(sw: str) -> bytes:
    """The answer that is only a status word, given as six hex digits."""
    sw1, sw2, sw3 = bytes.fromhex(sw)
    return bytes((0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x04, sw1, sw2, sw3, 4 ^ sw1 ^ sw2 ^ sw3))


def data_frame(data: bytes) -> bytes:
    """A successful answer (00 00 90) with data."""
    length = len(data) + 4
    check = (length >> 8) ^ (length & 0xFF) ^ 0x90
    for byte in data:
        check ^= byte
    return bytes((0xAA, 0xAA, 0xAA, 0x96, 0x69, length >> 8, length & 0xFF, 0, 0, 0x90)) + data + bytes((check,))


def base_frame(text: bytes, photo: bytes = b"\x55" * 1024) -> bytes:
    """The answer to "read base": lengths, text block, photo."""
    return data_frame(bytes((len(text) >> 8, len(text) & 0xFF, len(photo) >> 8, len(photo) & 0xFF)) + text + photo)


def text_block(*items: tuple[int, str]) -> bytes:
    """A text block of spaces with each text at its offset."""
    block = bytearray(" ".encode("utf-16-le") * 128)
    for offset, text in items:
        raw = text.encode("utf-16-le", "surrogatepass")
        block[offset : offset + len(raw)] = raw
    assert len(block) == 256
    return bytes(block)


RESIDENT_ITEMS = (
    (0, "周例安"),
    (30, "1"),
    (32, "01"),
    (36, "19920216"),
    (52, "例省例州市甲县乙镇丙村12号"),
    (122, "999999199202160010"),
    (158, "例州市公安局甲县分局"),
    (188, "20140508"),
    (204, "20340508"),
)
RESIDENT = text_block(*RESIDENT_ITEMS)
