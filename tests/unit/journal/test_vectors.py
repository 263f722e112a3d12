"""The test vectors in `tests/golden/journal`, computed again from their descriptions alone.

Nothing of the journal is used to compute them here, so that another client can be written from the same few lines.
"""

import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clerk_app.journal.chain import check_chain
from clerk_app.journal.entry import Entry, Header, make_entry
from clerk_app.journal.signature import HEAD, head_message, public_of, sign, verify
from clerk_app.store.vault import open_blob, seal_blob
from tests.helpers.source import ROOT


def vectors(name):
    return json.loads((ROOT / "tests" / "golden" / "journal" / name).read_text(encoding="utf-8"))


CHAINS = vectors("chains.json")["chains"]
ENTRIES = [entry for chain in CHAINS for entry in chain["entries"]]
SIGNATURES = vectors("signatures.json")
BLOBS = vectors("blobs.json")


def unhex(text):
    return None if text is None else bytes.fromhex(text)


def utf8(text):
    return None if text is None else text.encode("utf-8")


def as_entry(vector):
    return Entry(
        utf8(vector["header"]),
        utf8(vector["body"]),
        unhex(vector["salt_hex"]),
        unhex(vector["body_hash_hex"]),
        unhex(vector["prev_hex"]),
        unhex(vector["hash_hex"]),
    )


# ---- entries and chains -------------------------------------------------------------------------------------------


def test_the_vectors_follow_from_their_description_with_hashlib_alone():
    heads = {None: bytes(32)}
    for chain in CHAINS:
        head = heads[chain["cites"]]
        for seq, entry in enumerate(chain["entries"], start=1):
            header = entry["header"].encode("utf-8")
            assert json.loads(header) == entry["fields"]
            assert entry["fields"][1:3] == [chain["chain"], seq]
            if entry["body"] is not None:
                salted = bytes.fromhex(entry["salt_hex"]) + entry["body"].encode("utf-8")
                assert hashlib.sha256(salted).hexdigest() == entry["body_hash_hex"]
            assert entry["prev_hex"] == head.hex()
            length = len(header).to_bytes(4, "big")
            head = hashlib.sha256(head + length + header + bytes.fromhex(entry["body_hash_hex"])).digest()
            assert head.hex() == entry["hash_hex"]
        heads[chain["chain"]] = head


def test_the_vectors_hold_what_another_client_would_get_wrong():
    bodies = "".join(entry["body"] or "" for entry in ENTRIES)
    assert "𬱖" in bodies  # four bytes of UTF-8, not escaped
    assert "\\u0001" in bodies  # control characters are escaped,
    assert "\u2028" in bodies  # but not the line separators that JavaScript stumbles over,
    assert "\x7f/" not in bodies
    assert "段/" in bodies  # nor slashes
    assert {entry["fields"][4] for entry in ENTRIES} == {"ok", "unverified"}
    assert [entry["body"] for entry in ENTRIES].count(None) == 1
    assert str(2**53 - 1) in bodies
    assert [chain["cites"] for chain in CHAINS] == [None, CHAINS[0]["chain"]]


@pytest.mark.parametrize("vector", ENTRIES, ids=lambda vector: vector["fields"][-1])
def test_the_journal_writes_the_very_bytes_of_the_vectors(vector):
    alg, chain, seq, recorded_at, clock, clerk, stream, kind = vector["fields"]
    header = Header(chain, seq, recorded_at, clock, clerk, stream, kind, alg)
    assert header.to_bytes() == utf8(vector["header"])
    assert Header.from_bytes(utf8(vector["header"])) == header
    if vector["body"] is not None:
        body, salt = json.loads(vector["body"]), unhex(vector["salt_hex"])
        assert make_entry(header, body, prev=unhex(vector["prev_hex"]), salt=salt) == as_entry(vector)


def test_the_journal_verifies_the_chains_of_the_vectors():
    head = bytes(32)
    for chain in CHAINS:
        entries = [as_entry(vector) for vector in chain["entries"]]
        seq, head, fault = check_chain(entries, chain=chain["chain"], prev=head)
        assert (seq, head, fault) == (len(entries), entries[-1].hash, None)


# ---- signatures ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", SIGNATURES["signatures"], ids=lambda vector: vector["what"])
def test_a_signed_head_follows_from_its_description(vector):
    message = vector["chain"].encode("ascii") + b"\0" + vector["seq"].to_bytes(8, "big") + unhex(vector["head_hex"])
    assert message == unhex(vector["message_hex"])
    framed = b"window-clerk\0" + vector["purpose"].encode("ascii") + b"\0" + message
    private = Ed25519PrivateKey.from_private_bytes(unhex(SIGNATURES["private_hex"]))
    assert private.sign(framed) == unhex(vector["signature_hex"])
    public = Ed25519PublicKey.from_public_bytes(unhex(SIGNATURES["public_hex"]))
    public.verify(unhex(vector["signature_hex"]), framed)


@pytest.mark.parametrize("vector", SIGNATURES["signatures"], ids=lambda vector: vector["what"])
def test_the_journal_signs_and_verifies_the_heads_of_the_vectors(vector):
    private, signature = unhex(SIGNATURES["private_hex"]), unhex(vector["signature_hex"])
    message = head_message(vector["chain"], vector["seq"], unhex(vector["head_hex"]))
    assert sign(private, HEAD, message) == signature
    assert verify(public_of(private), HEAD, message, signature)


def test_the_signed_head_of_the_vectors_is_the_head_of_their_chain():
    signed, last = SIGNATURES["signatures"][0], CHAINS[0]["entries"][-1]
    assert (signed["chain"], signed["seq"], signed["head_hex"]) == (*last["fields"][1:3], last["hash_hex"])


# ---- blobs --------------------------------------------------------------------------------------------------------


def blob_content(vector):
    return bytes(vector["content_size"]) if vector["content_hex"] is None else unhex(vector["content_hex"])


@pytest.mark.parametrize("vector", BLOBS["blobs"], ids=lambda vector: vector["what"])
def test_a_sealed_blob_follows_from_its_description(vector):
    prefix, content = unhex(BLOBS["prefix_hex"]), blob_content(vector)
    chunks = [content[start : start + 65536] for start in range(0, len(content), 65536)] or [b""]
    sealed = b"WCB1" + prefix
    for number, chunk in enumerate(chunks):
        nonce = prefix + number.to_bytes(4, "big") + bytes([number == len(chunks) - 1])
        sealed += AESGCM(unhex(BLOBS["key_hex"])).encrypt(nonce, chunk, None)
    assert hashlib.sha256(content).hexdigest() == vector["content_sha256"]
    assert (len(sealed), hashlib.sha256(sealed).hexdigest()) == (vector["sealed_size"], vector["id"])
    assert vector.get("sealed_hex", sealed.hex()) == sealed.hex()


@pytest.mark.parametrize("vector", BLOBS["blobs"], ids=lambda vector: vector["what"])
def test_the_vault_seals_and_opens_the_blobs_of_the_vectors(vector):
    key, content = unhex(BLOBS["key_hex"]), blob_content(vector)
    sealed = seal_blob(content, key=key, prefix=unhex(BLOBS["prefix_hex"]))
    assert hashlib.sha256(sealed).hexdigest() == vector["id"]
    assert open_blob(sealed, key=key) == content
