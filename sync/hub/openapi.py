"""The protocol as OpenAPI, made from the very table that the router uses.

python -m sync.hub.openapi > docs/openapi.json
"""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import models_json_schema

from sync import wire
from sync.hub.service import BLOB_ROUTE, PIECE, ROUTES, Route
from sync.schemas import ErrorAnswer, Message

TITLE = "窗口通参考平台"
VERSION = "1"
_REFERENCE = "#/components/schemas/{model}"


def describe() -> dict[str, Any]:
    """The OpenAPI document."""
    paths: dict[str, dict[str, Any]] = {}
    for (method, path), route in ROUTES.items():
        paths.setdefault(path, {})[method.lower()] = _operation(route)
    paths[f"{BLOB_ROUTE}/{{id}}"] = _blob_operations()
    paths["/p/{token}"] = {"get": _page_operation()}
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": VERSION, "description": (wire.__doc__ or "").strip()},
        "paths": paths,
        "components": {"schemas": _schemas()},
    }


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": _first_line(route.handler),
        "responses": _octets() if route.octets else _responses(route.answer),
    }
    if route.ask is not None:
        operation["requestBody"] = {"required": True, "content": {wire.JSON: {"schema": _refer(route.ask)}}}
    elif route.handler.__name__ == "push":
        operation["requestBody"] = {"required": True, "content": {wire.BATCH: {}}}
        operation["parameters"] = [_parameter("header", wire.DESK_TIME) | {"required": False}]
    elif route.handler.__name__ == "pieces":
        operation["requestBody"] = {"required": True, "content": {wire.PIECES: {}, wire.PIECES_BY_HEADS: {}}}
    else:
        operation["parameters"] = [_parameter("query", name) for name in route.query]
    return operation


def _blob_operations() -> dict[str, Any]:
    blob = _parameter("path", "id")
    offset = {"headers": {wire.UPLOAD_OFFSET: {"schema": {"type": "integer"}}}, "description": "offset"}
    return {
        "head": {"summary": "How much is here of a blob.", "parameters": [blob], "responses": {"200": offset}},
        "patch": {
            "summary": "Add a piece at the hub's offset.",
            "parameters": [blob, _parameter("header", wire.UPLOAD_OFFSET), _parameter("header", wire.UPLOAD_LENGTH)],
            "requestBody": {"required": True, "content": {wire.OCTETS: {}}},
            "responses": {**_responses(PIECE), "409": offset},
        },
    }


def _page_operation() -> dict[str, Any]:
    return {
        "summary": "The citizen's page.",
        "parameters": [_parameter("path", "token")],
        "responses": {"200": {"description": "page", "content": {"text/html": {}}}},
    }


def _parameter(place: str, name: str) -> dict[str, Any]:
    kind = "string" if place == "path" or name in ("chain", "content") else "integer"
    return {"in": place, "name": name, "required": True, "schema": {"type": kind}}


def _octets() -> dict[str, Any]:
    return {"200": {"description": "OK", "content": {wire.OCTETS: {}}}, "default": _responses(PIECE)["default"]}


def _responses(answer: type[Message] | None) -> dict[str, Any]:
    refused = {"description": "refused", "content": {wire.JSON: {"schema": _refer(ErrorAnswer)}}}
    content = {wire.BATCH: {}} if answer is None else {wire.JSON: {"schema": _refer(answer)}}
    done = {"description": "done", "content": content}
    return {"200": done, "default": refused}


def _refer(model: type[Message]) -> dict[str, str]:
    return {"$ref": _REFERENCE.format(model=model.__name__)}


def _schemas() -> dict[str, Any]:
    models = {route.answer for route in ROUTES.values() if route.answer} | {
        route.ask for route in ROUTES.values() if route.ask
    }
    models |= {PIECE, ErrorAnswer}
    named = sorted(models, key=lambda model: model.__name__)
    _, document = models_json_schema([(model, "validation") for model in named], ref_template=_REFERENCE)
    schemas: dict[str, Any] = document["$defs"]
    return dict(sorted(schemas.items()))


def _first_line(handler: object) -> str:
    return (handler.__doc__ or "").strip().partition("\n")[0]


if __name__ == "__main__":
    print(json.dumps(describe(), ensure_ascii=False, indent=2))
