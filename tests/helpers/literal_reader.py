"""A card reader made of literal bytes: for each request of the table, the answers to give, one after the other."""

from collections.abc import Mapping, Sequence

from tests.helpers import sam_bytes

Reply = bytes | None
"""Bytes to send; None for silence."""


class LiteralReader:
    """Knows requests and answers only as bytes of the table. The last answer to a request is given for ever."""

    def __init__(self, replies: Mapping[bytes, Sequence[Reply]] | None = None) -> None:
        self.seen: list[bytes] = []
        self._received = b""
        self._replies: dict[bytes, list[Reply]] = {
            sam_bytes.RESET: [sam_bytes.STATUS_OK],
            sam_bytes.CHECK_STATUS: [sam_bytes.STATUS_OK],
            sam_bytes.READ_SAM_ID: [sam_bytes.SAM_ID_OK],
            sam_bytes.FIND: [sam_bytes.FIND_OK],
            sam_bytes.SELECT: [sam_bytes.SELECT_OK],
            sam_bytes.READ_BASE: [sam_bytes.base_frame(sam_bytes.RESIDENT)],
            sam_bytes.READ_NEWEST: [sam_bytes.NO_ADDRESS],
        }
        for request, answers in (replies or {}).items():
            self._replies[request] = list(answers)

    def receive(self, chunk: bytes) -> list[bytes]:
        """What the reader answers to these bytes. Anything but a request of the table fails the test."""
        self._received += chunk
        answers = []
        while len(self._received) >= 10:
            request, self._received = self._received[:10], self._received[10:]
            assert request in self._replies, f"not in the table: {request.hex(' ')}"
            self.seen.append(request)
            replies = self._replies[request]
            reply = replies.pop(0) if len(replies) > 1 else replies[0]
            if reply is not None:
                answers.append(reply)
        return answers
