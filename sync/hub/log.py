"""The hub's log: one JSON object a line, for machines to gather, and nothing about citizens in it.

An object has `at` (UTC, milliseconds), `level`, `from` (the module) and `event`; a request has besides `request`,
`device`, `method`, `route` (the pattern, never a token), `status`, `code`, `ms`, `received` and `sent` (bytes). Of an
unexpected error there is the kind and where it came from; its own words may quote what a citizen said, and stay out.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

STANDARD_ERROR = "-"
FIELDS = "fields"
"""The attribute of a record that holds what is told besides the event."""


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "event": record.getMessage(),
            **getattr(record, FIELDS, {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = _told(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def start_log(target: Path | str, *, with_requests: bool) -> None:
    """Send the log to a file, or to standard error by `-`: warnings and worse, or everything that tells of a request.

    Several processes may write to one file: each line is one write at its end.
    """
    handler: logging.Handler = (
        logging.StreamHandler(sys.stderr)
        if target == STANDARD_ERROR
        else logging.FileHandler(target, encoding="utf-8", delay=True)
    )
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one.formatter, JsonLines)]:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("sync.hub").setLevel(logging.INFO if with_requests else logging.WARNING)
    logging.raiseExceptions = False  # a full disk must not put a traceback before whoever typed a command


def _told(error: BaseException) -> list[dict[str, Any]]:
    """The error and what caused it, innermost last: kinds and places, no words."""
    told: list[dict[str, Any]] = []
    current: BaseException | None = error
    while current is not None and len(told) < 5:
        frames = traceback.extract_tb(current.__traceback__)
        places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
        told.append({"kind": f"{type(current).__module__}.{type(current).__qualname__}", "at": places})
        current = current.__cause__ or current.__context__
    return told
