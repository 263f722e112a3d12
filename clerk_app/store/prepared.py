"""Statements of the write path: built by SQLAlchemy Core, compiled once, run by the driver with their values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, CursorResult
from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.sql.expression import ClauseElement

_DIALECT = dialect(paramstyle="named")


class Prepared:
    """One statement with named open values; compiling it each time would cost more than running it.

    The driver gets the values as they are: defaults of columns are not filled in, and booleans come back as 0 and 1.
    """

    def __init__(self, statement: ClauseElement, *columns: str) -> None:
        """`columns` are those an INSERT gives values for; none means all."""
        compiled = statement.compile(dialect=_DIALECT, column_keys=list(columns) or None)
        self._sql = str(compiled)
        self._constants = {name: value for name, value in compiled.params.items() if value is not None}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> CursorResult[Any]:
        """Run it in the present transaction."""
        return connection.exec_driver_sql(self._sql, {**self._constants, **values})
