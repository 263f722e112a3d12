"""`clerk-hub certificate`: the certificate that the platform shows, and a new one before its time."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256

from clerk_app.errors import BadFile
from sync.hub.authority import Credential, checked_name, issue_server, load_or_make_authority, load_server
from sync.hub.commands.options import SEAMS, show
from sync.hub.hub import require_hub
from sync.hub.tls import LOOPBACK, utc


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `certificate`."""
    parser = subparsers.add_parser("certificate", help="查看或更换平台的服务器证书，设备不用重新登记")
    parser.add_argument("--renew", action="store_true", help="换新的密钥和证书；正在运行的平台马上用上")
    parser.add_argument("--name", action="append", default=[], help="换证时写进证书的主机名或 IP，可写多个；不写照旧")
    parser.add_argument("--ca-out", type=Path, help="把证书机构的证书（不含私钥）写到这个文件")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    require_hub(args.data)
    names = {checked_name(name) for name in args.name}
    authority = load_or_make_authority(args.data, SEAMS.disk, SEAMS.rng)
    server = load_server(args.data, SEAMS.disk)
    if args.renew or names or server is None:
        wanted = names or (set() if server is None else server.names)
        now = utc(SEAMS.clock.now_ms())
        server = issue_server(args.data, authority, wanted.union(LOOPBACK), now=now, disk=SEAMS.disk, rng=SEAMS.rng)
    if args.ca_out is not None:
        try:
            SEAMS.disk.replace(args.ca_out, authority.certificate_pem.encode("ascii"))
        except OSError as error:
            raise BadFile(reason=f"证书文件 {args.ca_out} 写不出来") from error
    show(_told(server, authority), as_json=args.json)
    return 0


def _told(server: Credential, authority: Credential) -> dict[str, Any]:
    certificate = server.certificate
    return {
        "names": sorted(server.names),
        "valid_from": certificate.not_valid_before_utc.isoformat(),
        "valid_until": certificate.not_valid_after_utc.isoformat(),
        "fingerprint": certificate.fingerprint(SHA256()).hex(),
        "ca_fingerprint": authority.certificate.fingerprint(SHA256()).hex(),
    }
