#!/usr/bin/env python3
"""Everything done with a checkout of Window Clerk, from nothing but Python (on Windows: `py dev.py …`).

python3 dev.py demo [ARGUMENTS]           the whole program with simulated devices and a hub; arguments of `clerk demo`
python3 dev.py test [TIER|PATH] [ARGS]    the tests, or one tier (unit store qt devices sync faults e2e), or one file;
                                          further arguments go to pytest
python3 dev.py check [--fix]              format, lint, types, import contracts; --fix lets ruff mend what it can
python3 dev.py bench [--install-peers]    how long things take, as ratios to the bare libraries
python3 dev.py screens                    every page and state as a picture, into docs/screens/
python3 dev.py soak [--minutes M] [--runs N] [--log FILE]
                                          the simulations for longer, with fresh seeds

Each of them first makes `.venv` and installs `requirements.lock` into it, if that has not been done since the lock last
changed, and looks for the system libraries it needs. Only the standard library is used here.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
LOCK = ROOT / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"
STAMP = VENV / "installed.sha256"

SUPPORTED = ((3, 13), (3, 12), (3, 11))
TIERS = ("unit", "store", "qt", "devices", "sync", "faults", "e2e")

# What Qt's wheels leave to the system: shared library -> Debian package.
QT_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
}
# What a window on an X display needs besides.
DISPLAY_LIBRARIES = {
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
}

# What some tests drive besides: program -> Debian packages. Where it cannot be installed these tests skip, visibly.
TEST_PROGRAMS = {
    "chromium": ("chromium",),
    "strace": ("strace",),
    "cupsd": ("cups-daemon", "cups-client", "cups-filters", "printer-driver-cups-pdf"),
    "initdb": ("postgresql",),
    "haproxy": ("haproxy",),
}


class Stop(Exception):
    """Nothing more can be done; the text is one sentence that ends in the next step."""


def main(arguments: Sequence[str]) -> int:
    """Run one verb and return its exit code."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(__doc__)
        return 0 if arguments else 2
    verb = VERBS.get(arguments[0])
    if verb is None:
        print(f"dev.py knows no '{arguments[0]}': choose one of {', '.join(VERBS)}.", file=sys.stderr)
        return 2
    try:
        run_under_supported_python(arguments)
        return verb(list(arguments[1:]))
    except Stop as stop:
        print(f"\n{stop}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped by the keyboard; run the same command again to go on.", file=sys.stderr)
        return 130


# ---- verbs ------------------------------------------------------------------------------------------------------


def demo(arguments: list[str]) -> int:
    """Run `clerk demo`, which says itself what went wrong."""
    prepare(with_display=has_display())
    return subprocess.call([PYTHON, "-m", "clerk_app", "demo", *arguments], cwd=ROOT, env=environment())


def test(arguments: list[str]) -> int:
    """Run all tests on two workers, or what the arguments name."""
    prepare()
    install_test_programs()
    named = [f"tests/{word}" if word in TIERS else word for word in arguments]
    spread = [] if named else ["-n", "2", "--dist", "loadfile"]
    run(
        [PYTHON, "-m", "pytest", *spread, *named],
        "Tests failed: read the first failure above, then that file alone: `python3 dev.py test tests/…/test_x.py`.",
        offscreen=True,
    )
    return 0


def check(arguments: list[str]) -> int:
    """Run every check, also after one has failed, so that one run shows all."""
    prepare()
    fix = arguments == ["--fix"]
    if arguments and not fix:
        raise Stop("`check` takes no argument but --fix: run `python3 dev.py check`.")
    steps: dict[str, list[str | Path]] = {
        "format": [BIN / "ruff", "format", *([] if fix else ["--check"])],
        "lint": [BIN / "ruff", "check", *(["--fix"] if fix else [])],
        "types": [BIN / "mypy"],
        "imports": [BIN / "lint-imports", "--no-logo"],
    }
    failed = []
    for name, command in steps.items():
        print(f"== {name}", flush=True)
        if subprocess.call(command, cwd=ROOT, env=environment()) != 0:
            failed.append(name)
    if failed:
        raise Stop(f"Checks failed: {', '.join(failed)}; `python3 dev.py check --fix` mends format and simple lint.")
    return 0


def bench(arguments: list[str]) -> int:
    """Run the benchmarks; `--install-peers` first fetches what is compared with."""
    prepare()
    run(
        [PYTHON, "-m", "benchmarks", *arguments],
        "A benchmark failed: its own message stands above; run it again on a quiet machine.",
        offscreen=True,
    )
    return 0


def screens(arguments: list[str]) -> int:
    """Draw every page and state."""
    prepare()
    run(
        [PYTHON, "-m", "ui.screenshots", *(arguments or ["docs/screens"])],
        "A page could not be drawn: it is the last one named above; run `python3 dev.py test qt` for the reason.",
        offscreen=True,
    )
    return 0


def soak(arguments: list[str]) -> int:
    """Run the simulations for longer than a test may take."""
    prepare()
    run(
        [PYTHON, "-m", "tests.soak", *arguments],
        "A simulation broke a promise: its seed is kept in tests/seeds/simulation.toml, and every test run repeats it.",
        offscreen=True,
    )
    return 0


VERBS: dict[str, Callable[[list[str]], int]] = {
    "demo": demo,
    "test": test,
    "check": check,
    "bench": bench,
    "screens": screens,
    "soak": soak,
}


# ---- setting up -------------------------------------------------------------------------------------------------


def prepare(*, with_display: bool = False) -> None:
    """Make the checkout ready to run: system libraries, `.venv`, locked packages, the project itself."""
    packages = missing_packages(with_display=with_display)
    if packages:
        install_packages(packages)
    wanted = fingerprint()
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text(encoding="ascii") == wanted:
        return
    make_environment()
    print("Installing the locked packages into .venv (the first time this takes some minutes) …", flush=True)
    pip: list[str | Path] = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    run(
        [*pip, "--require-hashes", "--requirement", LOCK],
        "The locked packages could not be installed: see pip's reason above, mend the connection to your package index "
        "(or the age of the system: Qt needs glibc 2.28 or later) and run the same command again.",
    )
    run(
        [*pip, "--no-build-isolation", "--editable", ROOT],
        "The project could not be installed into .venv: delete the folder .venv and run the same command again.",
    )
    STAMP.write_text(wanted, encoding="ascii")


def fingerprint() -> str:
    """What an installed `.venv` stands for: lock, project file, interpreter and place."""
    digest = hashlib.sha256(LOCK.read_bytes() + PROJECT.read_bytes())
    digest.update(f"{sys.version_info[:2]} {ROOT}".encode())
    return digest.hexdigest()


def make_environment() -> None:
    """Create `.venv`, or make it anew if its interpreter no longer starts."""
    starts = PYTHON.exists() and subprocess.call([PYTHON, "-m", "pip", "--version"], stdout=subprocess.DEVNULL) == 0
    if not starts:
        run(
            [sys.executable, "-m", "venv", "--clear", VENV],
            "The folder .venv could not be made: check room and rights in this folder and run the command again.",
        )


def missing_packages(*, with_display: bool) -> list[str]:
    """The Debian packages of what Python and Qt need of the system and do not find."""
    packages = []
    if importlib.util.find_spec("ensurepip") is None:
        packages.append(f"python3.{sys.version_info.minor}-venv")
    if platform.system() == "Linux":
        libraries = {**QT_LIBRARIES, **(DISPLAY_LIBRARIES if with_display else {})}
        packages += [package for library, package in libraries.items() if not can_load(library)]
    return packages


def can_load(library: str) -> bool:
    """Whether the system's loader finds a shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def install_packages(packages: Sequence[str]) -> None:
    """Install Debian packages if we are root there; else stop and name the command."""
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    if shutil.which("apt-get") is None:
        raise Stop(
            f"This system lacks what Debian calls {', '.join(packages)}: "
            "install the packages that provide it here and run the same command again."
        )
    next_step = f"Packages are missing: run `sudo {' '.join(install)}` and then the same command again."
    if os.geteuid() != 0:
        raise Stop(next_step)
    print(f"Installing system packages: {' '.join(packages)} …", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "--quiet=2"], [*install, "--quiet=2"]):
        if subprocess.call(command, env=quiet, stdout=subprocess.DEVNULL) != 0:
            raise Stop(next_step)


def install_test_programs() -> None:
    """Install the programs that some tests drive, if that can be done here; else say which tests will be skipped."""
    # Debian keeps PostgreSQL's programs off the path, one folder for each version.
    postgresql = [str(folder) for folder in Path("/usr/lib/postgresql").glob("*/bin")]
    system_path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin", *postgresql))
    missing = [name for name in TEST_PROGRAMS if shutil.which(name, path=system_path) is None]
    if not missing:
        return
    if shutil.which("apt-get") is not None and os.geteuid() == 0:
        try:
            install_packages([package for name in missing for package in TEST_PROGRAMS[name]])
        except Stop:
            pass
        else:
            return
    print(f"Not installed here: {', '.join(missing)}. The tests that need them will be skipped.", flush=True)


def run_under_supported_python(arguments: Sequence[str]) -> None:
    """Go on if this Python will do; else start again under one on the path that will."""
    version = tuple(sys.version_info[:2])
    if version in SUPPORTED:
        return
    for major, minor in SUPPORTED:
        other = shutil.which(f"python{major}.{minor}")
        if other is not None:
            raise SystemExit(subprocess.call([other, __file__, *arguments]))
    raise Stop(
        f"Window Clerk needs Python 3.11, 3.12 or 3.13, and this is {sys.version.split()[0]}: "
        "install one of them and run the same command with it."
    )


# ---- running ----------------------------------------------------------------------------------------------------


def run(command: Sequence[str | Path], if_it_fails: str, *, offscreen: bool = False) -> None:
    """Run a command in the checkout and stop with a sentence if it fails."""
    if subprocess.call(command, cwd=ROOT, env=environment(offscreen=offscreen)) != 0:
        raise Stop(if_it_fails)


def environment(*, offscreen: bool = False) -> dict[str, str]:
    """The environment of everything started here: UTF-8, and Qt without a window where nobody could see one."""
    variables = {**os.environ, "PYTHONUTF8": "1"}
    if offscreen or not has_display():
        variables.setdefault("QT_QPA_PLATFORM", "offscreen")
    return variables


def has_display() -> bool:
    """Whether a window can be seen on this machine."""
    if platform.system() == "Linux":
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
