"""The project's hub as a process of its own, over TLS: a desk speaks plain HTTP to its own machine only.

Run: python -m benchmarks.lab.our_hub DATA --host H --port P --certificate FILE --key FILE
"""

from __future__ import annotations

import argparse
from pathlib import Path

import uvicorn

from clerk_app.seams import SystemClock, SystemDisk, SystemRng
from sync.hub.app import make_app
from sync.hub.hub import HubSeams, open_hub
from sync.hub.serve import KEEP_ALIVE_S


def main() -> None:
    """Serve until terminated, with the settings of `clerk-hub serve`."""
    parser = argparse.ArgumentParser(description="The hub over TLS.")
    parser.add_argument("data", type=Path)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--certificate", required=True)
    parser.add_argument("--key", required=True)
    args = parser.parse_args()
    hub = open_hub(args.data, HubSeams(SystemClock(), SystemDisk(), SystemRng()))
    uvicorn.run(
        make_app(hub),
        host=args.host,
        port=args.port,
        ssl_certfile=args.certificate,
        ssl_keyfile=args.key,
        timeout_keep_alive=KEEP_ALIVE_S,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
    )


if __name__ == "__main__":
    main()
