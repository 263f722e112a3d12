"""Results at the hub: what desk or department registers reaches the exchange, the citizen's page and all desks."""

import io
import json
import re
from types import SimpleNamespace

import pytest

from clerk_app.domain.case import Case
from clerk_app.domain.case_number import child
from clerk_app.domain.kinds import fold_stream
from clerk_app.errors import NotDecidable
from clerk_app.seams import SystemDisk
from clerk_app.security.progress_token import make_progress_token
from sync.engine import sync_once
from sync.hub.__main__ import main
from sync.hub.decide import Ruling, decide
from sync.hub.exchange.export import exchange_to_folder
from sync.hub.exchange.history import standings
from sync.hub.exchange.mapping import records_of
from sync.hub.verify import verify_hub
from sync.wire import Request
from tests.helpers.packages import SHOP, package_taken_in
from tests.sync.work import HALL, case_number_of

CODE = "91999999MA0EXAMP0F"
RESULT = {"document": {"name": "营业执照", "number": CODE}, "brings": {"credit_code": CODE}, "corrects": False}


@pytest.fixture
def desk(platform):
    return platform.desk()


@pytest.fixture
def number(platform, desk):
    """A shop opens a restaurant: its registration B04 is done at the counter."""
    number = case_number_of("001", 1)
    desk.append(f"case/{number}", "case.package_taken_in", package_taken_in(number, "PK01", SHOP))
    sync_once(platform.lane(desk))
    return number


def case_at(desk, number):
    case = fold_stream(f"case/{number}", desk.facts_of(f"case/{number}")).state
    assert isinstance(case, Case)
    return case


def registration(case):
    return next(one for one in case.children if one.matter.code == "B04")


def results(platform, number):
    with platform.hub.store.reading() as connection:
        (found,) = standings(platform.hub, connection, HALL, [number])
    assert found.history is not None
    rows = [keyed.record.model_dump() for keyed in records_of(found.history) if keyed.record.kind == "result"]
    return {row["project_no"]: (row["result_cetr_name"], row["result_cetr_no"]) for row in rows}


def page(platform, desk, number):
    answer = platform.service.handle(Request("GET", f"/p/{make_progress_token(desk.private, number)}"))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.body.decode()))


def test_a_result_registered_at_the_counter_reaches_the_exchange_and_the_citizens_page(
    platform, desk, number, tmp_path
):
    one = registration(case_at(desk, number))
    exchange_to_folder(platform.hub, tmp_path / "out", SystemDisk())
    assert results(platform, number)[one.number] == (None, None)
    desk.append(f"case/{number}", "case.result_registered", {"child": one.number, "child_name": "例", **RESULT})
    sync_once(platform.lane(desk))
    assert results(platform, number)[one.number] == ("营业执照", CODE)
    again = exchange_to_folder(platform.hub, tmp_path / "out", SystemDisk())
    assert again.written == {"U": {"result": 1}}
    text = page(platform, desk, number)
    assert f"营业执照已办好，编号末尾 {CODE[-4:]}" in text
    assert CODE not in text


def test_the_department_registers_the_result_of_what_was_done_at_the_counter(platform, desk, number):
    one = registration(case_at(desk, number))
    said = Ruling(number, "register", child=one.number, brings={"credit_code": CODE}, document="营业执照", number=CODE)
    decide(platform.hub, said)
    sync_once(platform.lane(desk))
    case = case_at(desk, number)
    assert case.brought["g.E1.credit_code"].value == CODE
    assert registration(case).result.number == CODE
    with pytest.raises(NotDecidable):
        decide(platform.hub, said)
    assert verify_hub(platform.hub).first_fault is None


@pytest.mark.parametrize("from_stdin", [False, True])
def test_the_command_takes_what_a_result_says_from_a_file_or_standard_input(
    platform, desk, number, tmp_path, monkeypatch, capsys, from_stdin
):
    one = registration(case_at(desk, number))
    arguments = ["decide", "--data", str(platform.folder), "--case", one.number, "--result", "register"]
    arguments += ["--db", platform.database.url] if platform.database.url else []
    file, content = tmp_path / "result.json", json.dumps({"credit_code": CODE}).encode()
    file.write_bytes(b"[]" if from_stdin else content)
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(content if from_stdin else b"[]")))
    wrong, right = (str(file), "-") if from_stdin else ("-", str(file))
    assert main([*arguments, "--brings-file", wrong]) == 1
    assert "不是 UTF-8 的 JSON 对象" in capsys.readouterr().err
    assert main([*arguments, "--brings-file", right]) == 0
    sync_once(platform.lane(desk))
    assert case_at(desk, number).brought["g.E1.credit_code"].value == CODE


def test_a_grant_says_its_document_and_number_at_once(platform, desk, number):
    food = next(one for one in case_at(desk, number).children if one.matter.code == "B05")
    decide(
        platform.hub, Ruling(number, "grant", child=food.number, document="食品经营许可证", number="JY29999990000001")
    )
    assert results(platform, number)[food.number] == ("食品经营许可证", "JY29999990000001")
    assert "食品经营许可证已办好，编号末尾 0001" in page(platform, desk, number)


def test_nothing_is_registered_of_what_is_not_granted(platform, desk, number):
    for ordinal in (2, 3, 9):
        with pytest.raises(NotDecidable):
            decide(platform.hub, Ruling(number, "register", child=child(number, ordinal), number="例"))


def test_of_two_desks_that_register_the_same_result_the_second_is_shown_to_a_person(platform, desk, number):
    one = registration(case_at(desk, number))
    body = {"child": one.number, "child_name": "例", **RESULT}
    desk.append(f"case/{number}", "case.result_registered", body)
    sync_once(platform.lane(desk))
    other = {**body, "brings": {"credit_code": "91999999MA0000001N"}}
    desk.append(f"case/{number}", "case.result_registered", other)
    sync_once(platform.lane(desk))
    folded = fold_stream(f"case/{number}", desk.facts_of(f"case/{number}"))
    assert [conflict.reason for conflict in folded.conflicts] == ["result_registered"]
    assert folded.state.brought["g.E1.credit_code"].value == CODE
