"""Sets of small numbers as the bits of one number: an intersection of 20,000 is one step."""

from __future__ import annotations

from collections.abc import Collection, Iterator

_SET = tuple(tuple(bit for bit in range(8) if octet >> bit & 1) for octet in range(256))


def members(bits: int) -> Iterator[int]:
    """The numbers in the set, rising."""
    for at, octet in enumerate(bits.to_bytes((bits.bit_length() + 7) // 8, "little")):
        for bit in _SET[octet]:
            yield at * 8 + bit


def bits_of(numbers: Collection[int]) -> int:
    """The set of these numbers, at least one."""
    octets = bytearray(max(numbers) // 8 + 1)
    for number in numbers:
        octets[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(octets, "little")
