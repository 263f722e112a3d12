"""docs/sync.md and docs/openapi.json say what the code does."""

from __future__ import annotations

import json
import re

import pytest

from clerk_app.errors import PlatformRefused
from clerk_app.journal import signature
from clerk_app.messages import describe as describe_error
from sync import answer, background, engine, pace, plan, transport, wire
from sync.batch import MAX_ENTRIES
from sync.client import FEED_PAGE
from sync.hub import refusal
from sync.hub.auth import CHALLENGE_S, TOKEN_S
from sync.hub.blobs import MAX_BLOB
from sync.hub.openapi import describe
from sync.hub.service import BLOB_ROUTE, ROUTES
from sync.pace import Paces
from tests.helpers.source import ROOT

PACES = Paces()
TEXT = (ROOT / "docs" / "sync.md").read_text(encoding="utf-8")


def test_the_openapi_document_is_the_codes():
    stored = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
    assert stored == json.loads(json.dumps(describe())), "run: python -m sync.hub.openapi > docs/openapi.json"


@pytest.mark.parametrize(("method", "path"), [*ROUTES, ("HEAD", f"{BLOB_ROUTE}/ID"), ("PATCH", f"{BLOB_ROUTE}/ID")])
def test_every_call_is_described(method, path):
    assert f"{method} {path}" in TEXT


def test_every_refusal_is_described():
    refusals = [value for value in vars(refusal).values() if isinstance(value, tuple)]
    assert refusals
    for status, code in refusals:
        assert re.search(rf"\| [0-9 ]*{status}[0-9 ]* \|[^|]*`{code}`", TEXT), code


def test_every_purpose_of_a_signature_is_described():
    purposes = [getattr(signature, name) for name in ("HEAD", "ACK", "FACT", "KEYS", "TOKEN", "CHALLENGE", "ENROLMENT")]
    for purpose in [*purposes, answer.ANSWER]:
        assert f"| `{purpose}` |" in TEXT


@pytest.mark.parametrize(
    ("sentence", "value"),
    [
        ("8 MB, or 32 MB unpacked", (wire.MAX_BODY, wire.MAX_PLAIN) == (8 << 20, 32 << 20)),
        ("Five seconds to connect, ten seconds", (transport.CONNECT_S, transport.PROGRESS_S) == (5, 10)),
        ("good for two minutes, tokens for thirty", (CHALLENGE_S, TOKEN_S) == (120, 1800)),
        ("At most 5,000 entries", MAX_ENTRIES == 5000),
        ("| blob | 256 MB |", MAX_BLOB == 256 << 20),
        ("| piece of a blob | 32 KB to 4 MB |", (PACES.piece.least, PACES.piece.most) == (32 << 10, 4 << 20)),
        ("| 64 KB to 1 MB before zstd |", (PACES.batch.least, PACES.batch.most) == (64 << 10, 1 << 20)),
        ("about a second each", pace.TARGET_S == 1),
        ("four at once", plan.MAX_TRANSFERS == plan.MAX_PUSHES == 4),
        ("| batches over a local line | two at once |", plan.MAX_PUSHES_WHEN_QUICK == 2),
        ("| feed page | 500 items", FEED_PAGE == 500),
        ("at most three times in one sync", engine.MAX_TRIES == 3),
        ("every 4.5–7.5 s", (background.OFFLINE_S, background.JITTER) == (6, 0.25)),
        ("2 s doubling to 15 min", (background.SHORTEST_S, background.LONGEST_S) == (2, 900)),
        ("every 45–75 s", background.IDLE_S == 60),
    ],
)
def test_the_numbers_are_the_codes(sentence, value):
    assert sentence in re.sub(r"\s+", " ", TEXT)
    assert value


REFUSED_FOR_GOOD = sorted(
    value[1] for value in vars(refusal).values() if isinstance(value, tuple) and value[0] in (400, 401, 403, 500)
)
CHAIN_TROUBLES = ("hash", "signature", "fork", "rolled_back")


@pytest.mark.parametrize(
    "reason",
    [
        *REFUSED_FOR_GOOD,
        *(f"chain_{trouble}" for trouble in CHAIN_TROUBLES),
        "store_rolled_back",
        "old_keys",
        "plain_http",
        "bad_url",
    ],
)
def test_a_clerk_is_told_every_refusal_in_words_of_its_own(reason):
    said = describe_error(PlatformRefused(reason=reason))
    assert said.code == "platform_refused"
    assert reason not in said.line()
    assert said.sentence != describe_error(PlatformRefused(reason="x")).sentence.replace("x", reason)
