"""Filling the licence library from a file, as a region's licence system delivers it; a sample is shipped for the demo.

[[licences]]
holder = "999999199202160010"      # document number or credit code
type = "M06"                       # material code; a kind of licence where it replaces no material
number = "例照 2026-0001"
name = "周例安"
issuer = "例州市公安局"
valid_from = "2026-01-05"
valid_until = "2029-01-04"         # long_term: never ends; left out: unknown
revoked = false
[licences.fields]                  # what it says, for pre-filling, by the keys of its kind
"taken_on" = "2026-01-05"
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from clerk_app.errors import BadFile, NoSuchHall
from sync.hub.hub import Hub
from sync.hub.licences.library import Licence, put_licences
from sync.hub.schema import regions
from sync.hub.store import retried


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    licences: list[Licence]


def read_licences(path: Path) -> list[Licence]:
    """The licences of a file; raise `BadFile` naming the first that is wrong, and nothing of it is taken."""
    try:
        return _File.model_validate(tomllib.loads(path.read_text("utf-8"))).licences
    except OSError as error:
        raise BadFile(reason=f"证照文件 {path.name} 读不出来") from error
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise BadFile(reason=f"证照文件 {path.name} 的 {where} 不对") from error
    except ValueError as error:
        raise BadFile(reason=f"证照文件 {path.name} 不是 TOML 文件") from error


def sample_licences() -> list[Licence]:
    """Licences of invented people of the impossible area 999999."""
    content = files("sync.hub.licences").joinpath("sample.toml").read_text("utf-8")
    return _File.model_validate(tomllib.loads(content)).licences


def load_licences(hub: Hub, region: str, found: list[Licence]) -> int:
    """Put licences into a hall's library; return how many. Raise `NoSuchHall` where no device was enrolled yet."""
    return retried(lambda: _load(hub, region, found), repeatable=True)


def _load(hub: Hub, region: str, found: list[Licence]) -> int:
    with hub.store.writing() as connection:
        if connection.execute(regions.select().where(regions.c.region == region)).one_or_none() is None:
            raise NoSuchHall
        return put_licences(connection, region, found, hub.clock.now_ms())
