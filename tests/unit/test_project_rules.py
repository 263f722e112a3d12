"""Rules that hold over the whole source and that no other tool checks."""

import re
import tomllib
from datetime import date

import pytest

import dev
from clerk_app import errors, messages
from tests.helpers.source import (
    ROOT,
    failpoint_calls,
    product_files,
    shown,
    text_files,
    uses_of_time_or_chance,
)

LONGEST_FILE = 600
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def looks_like_a_person(number):
    """Whether 18 characters are a resident identity number of an existing area (none begins with 9)."""
    if number[0] == "9":
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, number, strict=False))
    return "10X98765432"[total % 11] == number[17].upper()


def all_errors():
    return [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.ClerkError)]


# ---- time, chance, failpoints -----------------------------------------------------------------------------------


def test_only_the_seams_ask_the_system_for_time_or_chance():
    seams = ROOT / "clerk_app" / "seams.py"
    assert [
        f"{shown(file, line)} {use}"
        for file in product_files()
        if file != seams
        for line, use in uses_of_time_or_chance(file.read_text(encoding="utf-8"))
    ] == []


@pytest.mark.parametrize(
    "source",
    [
        "import time\nx = time.time()",
        "import time\nf = time.monotonic",
        "import time\ntime.sleep(1)",
        "from time import monotonic",
        "from datetime import datetime\nx = datetime.now(UTC)",
        "import datetime\nx = datetime.datetime.utcnow()",
        "import datetime\nx = datetime.date.today()",
        "import random",
        "from random import randint",
        "from random import Random\nx = Random()",
        "from uuid import uuid4",
        "from secrets import token_bytes",
        "import os\nx = os.urandom(4)",
        "key = Ed25519PrivateKey.generate()",
        "key = AESGCM.generate_key(256)",
    ],
)
def test_the_scan_sees_every_way_to_ask_the_system(source):
    assert len(uses_of_time_or_chance(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "clock.now_ms()",
        "clock.monotonic()",
        "rng.token(16)",
        "datetime.fromtimestamp(1, UTC)",
        "secrets.load('a')",
        "from random import Random\nx = Random(7)",
    ],
)
def test_the_scan_lets_the_seams_be_used(source):
    assert uses_of_time_or_chance(source) == []


def test_every_failpoint_is_named_by_a_literal():
    assert [
        shown(file, line)
        for file in product_files()
        if file.name != "failpoints.py"
        for line, name in failpoint_calls(file.read_text(encoding="utf-8"))
        if name is None
    ] == []


def test_the_scan_tells_a_literal_failpoint_from_a_built_one():
    assert failpoint_calls('failpoint("a.b")\nfailpoint(f"a.{x}")\nfailpoints.failpoint(name)') == [
        (1, "a.b"),
        (2, None),
        (3, None),
    ]


# ---- errors and their sentences ---------------------------------------------------------------------------------


def test_every_error_code_has_a_sentence_and_a_next_step():
    assert (
        sorted({kind.code for kind in all_errors()} - messages.CODES - {"error", "user_error", "environment_fault"})
        == []
    )


def test_every_error_has_a_code_of_its_own():
    codes = [kind.code for kind in all_errors()]
    assert sorted({code for code in codes if codes.count(code) > 1}) == []


# ---- people and files -------------------------------------------------------------------------------------------


def test_no_file_holds_a_number_that_a_person_could_have():
    found = []
    for file in text_files():
        if file.name == "requirements.lock":
            continue
        for line, text in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            numbers = re.findall(r"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])", text)
            found += [shown(file, line) for number in numbers if looks_like_a_person(number)]
    assert found == []


def test_the_search_for_people_knows_a_right_number_from_an_invented_one():
    right_digits_elsewhere = "11010519491231002" + "X"  # the standard's own example, put together here
    assert looks_like_a_person(right_digits_elsewhere)
    assert not looks_like_a_person("999999199202160010")
    assert not looks_like_a_person("340399031261117000")


def test_no_file_that_ships_is_longer_than_a_reader_can_hold():
    lengths = {file: len(file.read_text(encoding="utf-8").splitlines()) for file in product_files()}
    assert [shown(file, length) for file, length in lengths.items() if length > LONGEST_FILE] == []


def test_the_lock_names_packages_and_hashes_but_no_address():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = re.findall(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==", lock, flags=re.MULTILINE)
    assert "--hash=sha256:" in lock
    assert "://" not in lock
    assert "/" not in lock
    assert not (ROOT / "uv.lock").exists()
    asked_for = PROJECT["project"]["dependencies"] + [
        dependency for extra in ("hub", "dev") for dependency in PROJECT["project"]["optional-dependencies"][extra]
    ]
    assert sorted({re.split(r"[\[<>=]", dependency)[0] for dependency in asked_for} - set(pinned)) == []


# ---- what the project file and the README promise ---------------------------------------------------------------


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_every_command_of_the_readme_exists(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    verbs = set(re.findall(r"python3 dev\.py ([a-z]+)", text))
    assert {"demo", "test"} <= verbs
    assert verbs <= set(dev.VERBS)


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_every_place_the_readme_points_to_exists(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("name", ["clerk", "clerk-hub", "clerk-sim"])
def test_every_script_has_its_module(name):
    module, function = PROJECT["project"]["scripts"][name].split(":")
    file = ROOT / (module.replace(".", "/") + ".py")
    assert re.search(rf"^def {function}\(", file.read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_the_contract_of_the_domain_names_every_other_room():
    contract = next(
        contract
        for contract in PROJECT["tool"]["importlinter"]["contracts"]
        if contract.get("source_modules") == ["clerk_app.domain"]
    )
    rooms = {
        f"clerk_app.{path.stem}"
        for path in (ROOT / "clerk_app").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    errors_of_all = {"clerk_app.error_kinds", "clerk_app.errors"} | {room for room in rooms if room.endswith("_errors")}
    allowed = {"clerk_app.__init__", "clerk_app.domain", *errors_of_all}
    assert sorted(rooms - allowed - set(contract["forbidden_modules"])) == []
