"""The project's hub as a process of its own, over TLS: a desk speaks plain HTTP to its own machine only.

Its first line is its URL, as that of `clerk-hub serve` is: it is ready then.

Run: python -m benchmarks.lab.our_hub DATA --host H --port P --certificate FILE --key FILE
"""

from __future__ import annotations

import argparse
import ssl
from dataclasses import dataclass
from pathlib import Path

from clerk_app.seams import SystemClock, SystemDisk, SystemRng
from sync.hub.hub import HubSeams, open_hub
from sync.hub.serve import Place, serve


@dataclass(frozen=True, slots=True)
class _GivenTls:
    """TLS with a certificate that was made for the run."""

    context: ssl.SSLContext


def main() -> None:
    """Serve until terminated, as `clerk-hub serve` does."""
    parser = argparse.ArgumentParser(description="The hub over TLS.")
    parser.add_argument("data", type=Path)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--certificate", required=True)
    parser.add_argument("--key", required=True)
    args = parser.parse_args()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(args.certificate, args.key)
    hub = open_hub(args.data, HubSeams(SystemClock(), SystemDisk(), SystemRng()))
    serve(hub, Place(args.host, args.port, tls=_GivenTls(context)), lambda url: print(url, flush=True))


if __name__ == "__main__":
    main()
