"""The project's own files as a test sees them: for rules that hold over the whole source."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("assets", "clerk_app", "devices", "printing", "sync", "ui")
NOT_OURS = re.compile(
    r"(^|/)(\.venv|\.git|__pycache__|\.[a-z_]+_cache|\.hypothesis|build|dist|node_modules|[^/]+\.egg-info)(/|$)"
)
TEXT = {".py", ".md", ".toml", ".json", ".jsonl", ".csv", ".html", ".txt", ".sh", ".hex", ".yaml", ".yml", ""}

CLOCK_CALLS = {
    "time": {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "sleep"},
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "os": {"urandom", "getrandom"},
}
CHANCE_MODULES = {"random", "secrets", "uuid"}
SEEDED = ("random", "Random")  # Random(seed) asks nobody; Random() does
CHANCE_CALLS = {"generate", "generate_key"}  # keys of `cryptography`: from_private_bytes(rng.token(32)) instead


def product_files() -> list[Path]:
    """Every Python file that ships."""
    return sorted(file for package in PRODUCT for file in (ROOT / package).rglob("*.py"))


def text_files() -> Iterator[Path]:
    """Every text file of the project, whether it ships or not."""
    for file in sorted(ROOT.rglob("*")):
        name = file.relative_to(ROOT).as_posix()
        if file.suffix in TEXT and not NOT_OURS.search(name) and file.is_file():
            yield file


def shown(file: Path, line: int) -> str:
    """Where something stands, for a failure message."""
    return f"{file.relative_to(ROOT).as_posix()}:{line}"


def uses_of_time_or_chance(source: str) -> list[tuple[int, str]]:
    """Line and text of each place that asks the system for the time, for a pause or for randomness."""
    return [found for node in ast.walk(ast.parse(source)) for found in _use(node)]


def _use(node: ast.AST) -> Iterator[tuple[int, str]]:
    match node:
        case ast.Import(names=names):
            for alias in names:
                if alias.name.split(".")[0] in CHANCE_MODULES:
                    yield node.lineno, f"import {alias.name}"
        case ast.ImportFrom(module=str(module), names=names, level=0):
            for alias in names:
                seeded = (module, alias.name) == SEEDED
                if (module in CHANCE_MODULES and not seeded) or alias.name in CLOCK_CALLS.get(module, ()):
                    yield node.lineno, f"from {module} import {alias.name}"
        case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name):
            if name in CLOCK_CALLS.get(owner, ()) or (name in CHANCE_CALLS and owner[:1].isupper()):
                yield node.lineno, f"{owner}.{name}"
        case ast.Call(func=ast.Name(id="Random"), args=[], keywords=[]):
            yield node.lineno, "Random()"
        case _:
            return


def failpoint_calls(source: str) -> list[tuple[int, str | None]]:
    """Line and literal name of each `failpoint(…)`; None where the name is not a literal."""
    calls: list[tuple[int, str | None]] = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(
                func=ast.Name(id="failpoint") | ast.Attribute(attr="failpoint"), args=[ast.Constant(value=str(name))]
            ):
                calls.append((node.lineno, name))
            case ast.Call(func=ast.Name(id="failpoint") | ast.Attribute(attr="failpoint")):
                calls.append((node.lineno, None))
    return calls
