"""`clerk-hub backup` and `clerk-hub restore`: a copy of the platform, and the platform from a copy."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from sync.hub.backup import back_up, put_back
from sync.hub.commands.options import SEAMS, open_existing, show
from sync.hub.verify import verify_hub


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add both."""
    parser = subparsers.add_parser("backup", help="备份数据库和附件（不含密钥），平台照常运行")
    parser.add_argument("--out", type=Path, required=True, help="备份放到这个文件夹；可反复用，只复制新附件")
    parser.set_defaults(run=_backup)
    parser = subparsers.add_parser("restore", help="从备份恢复到只有密钥文件的平台文件夹，恢复后核对一遍")
    parser.add_argument("--from", dest="backup", type=Path, required=True, help="备份的文件夹")
    parser.set_defaults(run=_restore)


def _backup(args: argparse.Namespace) -> int:
    done = back_up(open_existing(args), args.data, args.db, args.out, SEAMS.disk)
    show(asdict(done), as_json=args.json)
    return 1 if done.damaged else 0


def _restore(args: argparse.Namespace) -> int:
    put_back(args.backup, args.data, args.db, clock=SEAMS.clock, disk=SEAMS.disk, rng=SEAMS.rng)
    result = verify_hub(open_existing(args))
    show(asdict(result), as_json=args.json)
    return 0 if result.first_fault is None else 1
