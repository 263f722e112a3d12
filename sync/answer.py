"""What the hub signs with an answer: the request it answers, and the answer's own bytes.

A log-in page, a proxy's error, an answer cut short or one recorded yesterday can therefore never be taken for the hub's
word.

    ["answer-1","METHOD","/path?query","request id",digest of the request,status,"upload-offset",
     SHA-256 of the answer's body]            UTF-8 JSON without spaces, hashes as hex; purpose `answer`

The digest of a request is the SHA-256 of its body. For pieces by their heads it is `digest_by_heads`, and the form is
called `answer-2`.
"""

from __future__ import annotations

import hashlib
import json

from sync.pieces import digest_by_heads
from sync.wire import CONTENT_TYPE, PIECES_BY_HEADS, REQUEST_ID, UPLOAD_OFFSET, Request, Response

ANSWER = "answer"
"""The purpose of the signature over an answer."""


def answer_message(request: Request, response: Response) -> bytes:
    """The bytes a hub signs with an answer."""
    by_heads = request.headers.get(CONTENT_TYPE) == PIECES_BY_HEADS
    fields = [
        "answer-2" if by_heads else "answer-1",
        request.method,
        request.path,
        request.headers.get(REQUEST_ID, ""),
        digest_by_heads(request.parts) if by_heads else _digest(request),
        response.status,
        response.headers.get(UPLOAD_OFFSET, ""),
        hashlib.sha256(response.body).hexdigest(),
    ]
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def _digest(request: Request) -> str:
    found = hashlib.sha256()
    for part in request.parts:
        found.update(part)
    return found.hexdigest()
