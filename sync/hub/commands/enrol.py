"""`clerk-hub enrol`."""

from __future__ import annotations

import argparse
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificates

from clerk_app.errors import BadFile, BadHubAddress, HubNeedsTls, NoHubAddress, PlatformRefused
from sync.address import checked_url
from sync.hub.authority import load_or_make_authority
from sync.hub.commands.options import SEAMS, open_or_make
from sync.hub.devices import EnrolmentWish, enrol
from sync.hub.serve import URL

OWN, SYSTEM = "own", "system"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `enrol`."""
    parser = subparsers.add_parser("enrol", help="为一台新设备出登记文件")
    parser.add_argument("--device", required=True, help="设备名称，例如 3 号窗口")
    parser.add_argument("--hall", required=True, help="大厅代码，6 位")
    parser.add_argument("--hall-name", default="", help="大厅名称")
    parser.add_argument("--out", type=Path, required=True, help="登记文件")
    parser.add_argument("--url", help="平台地址，默认为上次 serve 的地址")
    parser.add_argument(
        "--ca",
        default=OWN,
        help="设备信任的证书机构：own 平台自己的（默认），system 操作系统的，或 PEM 文件（平台前面有单位自己的代理时）",
    )
    parser.add_argument("--page-base", help="群众查询页的地址，默认同平台地址")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    hub = open_or_make(args)
    url = _checked(args.url or hub.store.value(URL))
    page_base = (args.page_base or url).rstrip("/")
    wish = EnrolmentWish(args.hall, args.hall_name, args.device, url, page_base, _authority(args, url))
    content = enrol(hub, wish)
    try:
        SEAMS.disk.replace(args.out, content)
        args.out.chmod(0o600)
    except OSError as error:
        raise BadFile(reason=f"登记文件 {args.out} 写不出来") from error
    print(f"登记文件：{args.out}（一个文件只能登记一台设备）")
    return 0


def _checked(url: str | None) -> str:
    """An address that a desk will use."""
    if not url:
        raise NoHubAddress
    try:
        return checked_url(url)
    except PlatformRefused as refused:
        raise (HubNeedsTls() if refused.data.get("reason") == "plain_http" else BadHubAddress(address=url)) from None


def _authority(args: argparse.Namespace, url: str) -> str:
    """PEM of the authority that the device is to trust; empty for the system's, and where nothing is encrypted."""
    if args.ca == SYSTEM or url.startswith("http://"):
        return ""
    if args.ca == OWN:
        return load_or_make_authority(args.data, SEAMS.disk, SEAMS.rng).certificate_pem
    try:
        given: bytes = SEAMS.disk.read(Path(args.ca))
        certificates = load_pem_x509_certificates(given)
    except (OSError, ValueError):
        raise BadFile(reason=f"证书文件 {args.ca} 读不出来") from None
    # Only certificates travel, whatever else may stand in that file.
    return "".join(certificate.public_bytes(Encoding.PEM).decode("ascii") for certificate in certificates)
