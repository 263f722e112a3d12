"""The entry point, and the only place that may import `ui`."""

from __future__ import annotations

import argparse
import sys
from typing import Any


def _open_window(args: argparse.Namespace) -> dict[str, Any] | None:
    from ui.app import run_window

    return run_window(args)


def main() -> int:
    """Run `clerk`."""
    from clerk_app.cli.main import main as run

    return run(_open_window)


if __name__ == "__main__":
    sys.exit(main())
