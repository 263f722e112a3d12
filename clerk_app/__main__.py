"""The entry point, and the only place that may import `ui`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clerk_app.services.workplace import Workplace


def _open_window(workplace: Workplace, mark: str, signed_in: tuple[str, str, bool] | None) -> int:
    from ui.app import run_window

    return run_window(workplace, mark=mark, signed_in=signed_in)


def main() -> int:
    """Run `clerk`."""
    from clerk_app.cli.main import main as run

    return run(_open_window)


if __name__ == "__main__":
    sys.exit(main())
