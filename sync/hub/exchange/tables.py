"""The tables of the exchange, made from the records, and the few rows that remember how far the exchange has come.

Every record table carries the exchange's own columns: `row_guid` (the same for the same record for ever),
`cd_operation` (I inserted, U corrected, D withdrawn), `cd_time`, `cd_batch` and `data_source`.
"""

from __future__ import annotations

import hashlib
import types
from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_args

from pydantic.fields import FieldInfo
from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, LargeBinary, MetaData, String, Table, Text
from sqlalchemy.types import TypeEngine

from sync.hub.exchange.records import RECORDS, RatingRecord, Record

metadata = MetaData()

GUID, OPERATION, TIME, BATCH, SOURCE = "row_guid", "cd_operation", "cd_time", "cd_batch", "data_source"
INSERTED, CORRECTED, WITHDRAWN = "I", "U", "D"


def row_guid(record: type[Record], region: str, key: str) -> str:
    """The same for the same record for ever, on whatever machine it is made: a UUID of version 8 (RFC 9562)."""
    digits = hashlib.sha256(f"{record.table}/{region}/{key}".encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-8{digits[13:16]}-b{digits[17:20]}-{digits[20:32]}"


def number_column(record: type[Record]) -> str:
    """The column that holds the case number."""
    return "projectNo" if record is RatingRecord else "project_no"


def _table_of(record: type[Record]) -> Table:
    return Table(
        record.table,
        metadata,
        Column(GUID, String(36), primary_key=True),
        *(_column(name, field) for name, field in record.model_fields.items()),
        Column(OPERATION, String(1), nullable=False),
        Column(TIME, DateTime, nullable=False),
        Column(BATCH, String(20), nullable=False),
        Column(SOURCE, String(50), nullable=False),
        Index(f"{record.table}_by_case", number_column(record)),
        Index(f"{record.table}_by_batch", BATCH),
    )


def _column(name: str, field: FieldInfo) -> Column[Any]:
    annotation: Any = field.annotation
    kinds = get_args(annotation) if isinstance(annotation, types.UnionType) else (annotation,)
    return Column(name, _type_of(kinds[0], field), nullable=type(None) in kinds)


def _type_of(kind: object, field: FieldInfo) -> TypeEngine[Any]:
    if kind is datetime:
        return DateTime()
    if kind is int:
        return Integer()
    return String(next(rule.max_length for rule in field.metadata if hasattr(rule, "max_length")))


TABLES: Mapping[type[Record], Table] = {record: _table_of(record) for record in RECORDS}

cursors = Table(
    "exchange_cursors",
    metadata,
    Column("hub", Text, primary_key=True),
    Column("region", Text, primary_key=True),
    Column("hub_seq", BigInteger, nullable=False),
    Column("mark", LargeBinary, nullable=False),
    Column("batch", BigInteger, nullable=False),
    Column("written", BigInteger, nullable=False),
)
"""How far a region was exchanged. `mark` is what stood at `hub_seq`, so that a hub that was put back is noticed;
`written` is the last batch whose files are there (tables need none)."""

visits = Table(
    "exchange_visits",
    metadata,
    Column("region", Text, primary_key=True),
    Column("visit", Text, primary_key=True),
    Column("project_no", Text, primary_key=True),
)
"""Which cases a visit led to: a rating is of a visit and goes with its first case."""

withheld = Table(
    "exchange_withheld",
    metadata,
    Column("region", Text, primary_key=True),
    Column("project_no", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("since", BigInteger, nullable=False),
)
"""What cannot be sent, and why; a row goes when it can."""
