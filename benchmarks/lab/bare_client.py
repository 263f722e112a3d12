"""The least a client can do: compress and send. Nothing is read from or remembered on a disk: a limit, no sync engine.

    python -m benchmarks.lab.bare_client URL DATA [--batch CASES] [--connections N] [--certificate FILE]

Every case in one POST, or `--batch` cases in each; then attachments, if there are any. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import ssl
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import zstandard

LEVEL = 3
TIMEOUT_S = 600


def send_cases(client: httpx2.Client, lines: Sequence[bytes], batch: int) -> int:
    """Send the cases, `batch` in each request; return the bytes of the bodies."""
    compressor, sent = zstandard.ZstdCompressor(level=LEVEL), 0
    for begin in range(0, len(lines), batch):
        body = compressor.compress(b"\n".join(lines[begin : begin + batch]))
        client.post("/batch", content=body).raise_for_status()
        sent += len(body)
    return sent


def send_blobs(client: httpx2.Client, blobs: Sequence[bytes], connections: int) -> None:
    """Send attachments over several connections at once."""

    def send(blob: bytes) -> None:
        client.put(f"/blob/{hashlib.sha256(blob).hexdigest()}", content=blob).raise_for_status()

    with ThreadPoolExecutor(connections) as pool:
        for _ in pool.map(send, blobs):
            pass


def main() -> None:
    """Send everything once."""
    parser = argparse.ArgumentParser(description="The bare client.")
    parser.add_argument("url")
    parser.add_argument("data", type=Path)
    parser.add_argument("--batch", type=int, default=10**9)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--certificate", help="of the hub, for a URL with https")
    args = parser.parse_args()
    lines = (args.data / "cases.jsonl").read_bytes().splitlines()
    blobs = [file.read_bytes() for file in sorted((args.data / "att").glob("*/*.bin"))]
    limits = httpx2.Limits(max_connections=args.connections)
    began = time.perf_counter()
    verify = ssl.create_default_context(cafile=args.certificate) if args.certificate else True
    with httpx2.Client(base_url=args.url, timeout=TIMEOUT_S, trust_env=False, limits=limits, verify=verify) as client:
        sent = send_cases(client, lines, args.batch)
        send_blobs(client, blobs, args.connections)
        seconds = time.perf_counter() - began
        there = client.get("/stat").json()
    figures = {"seconds": seconds, "cases": len(lines), "blobs": len(blobs), "body_bytes": sent}
    print(json.dumps(figures | {"there": there}))


if __name__ == "__main__":
    main()
