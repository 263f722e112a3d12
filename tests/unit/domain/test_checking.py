"""What is wrong with an answer: numbers, tables, credit codes and files, each told in one plain sentence."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain import credit_code
from clerk_app.domain.checking import MAX_ROWS, check_field
from clerk_app.domain.elements import Column, Field
from clerk_app.domain.form_tables import filled_columns, keeps, read_rows, table_rows, table_text

TODAY = date(2026, 11, 23)
AREA = Field("g.X.area", "面积", "number", unit="平方米", at_least=Decimal(1), at_most=Decimal(10000))
STAFF = Field("g.X.staff", "人数", "number", required=False, unit="人", at_least=Decimal(1))
SHARE = Field("g.X.share", "比例", "number", at_most=Decimal(100), choices=("不详",))
CODE = Field("g.X.code", "统一社会信用代码", "credit_code")
PLAN = Field("g.X.plan", "平面图", "file")
ADDRESS = Field("g.X.address", "住址", "address")
PHONE = Field("g.X.phone", "电话", "phone")
COLUMNS = (
    Column("name", "姓名", "text"),
    Column("number", "证件号码", "id"),
    Column("born", "出生日期", "date", required=False),
    Column("grade", "等级", "choice", choices=("一级", "二级"), required=False),
)
PEOPLE = Field("g.X.people", "人员", "table", columns=COLUMNS, min_rows=2)
NUMBER = "999999199202160010"
CREDIT = "91999999MA0000001N"

cells = st.dictionaries(st.sampled_from(["name", "number", "born", "grade", "stray"]), st.text(max_size=5))
rows = st.lists(cells, max_size=4)


def table(*made):
    return table_text(COLUMNS, made)


def said(field, value, source=""):
    fault = check_field(field, value, TODAY, source)
    return "" if fault is None else fault.message or fault.kind


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (AREA, "36.5", ""),
        (AREA, "1", ""),
        (AREA, "10000", ""),
        (AREA, "", "required"),
        (AREA, "0.5", "应在 1 到 10000 平方米之间"),
        (AREA, "10000.1", "应在 1 到 10000 平方米之间"),
        (AREA, "三十", "请填数字，例：120 或 36.5"),
        (AREA, "1e3", "请填数字，例：120 或 36.5"),
        (AREA, "١٢", "请填数字，例：120 或 36.5"),
        (AREA, "NaN", "请填数字，例：120 或 36.5"),
        (STAFF, "", ""),
        (STAFF, "0", "不能少于 1 人"),
        (STAFF, "-3", "不能少于 1 人"),
        (SHARE, "100.5", "不能多于 100"),
        (SHARE, "不详", ""),
        (CODE, CREDIT, ""),
        (CODE, CREDIT.lower(), ""),
        (CODE, "91999999MA0000001M", "统一社会信用代码不对，是执照上的 18 位"),
        (CODE, "91999999MA000000IN", "统一社会信用代码不对，是执照上的 18 位"),
        (CODE, CREDIT[:17], "统一社会信用代码不对，是执照上的 18 位"),
        (PLAN, "ab" * 32, ""),
        (PLAN, "plan.pdf", "还没有附上文件"),
        (ADDRESS, "例省例州市甲县乙镇丙村 12 号", ""),
        (ADDRESS, "长" * 201, "太长，最多 200 字"),
        (PHONE, "123", "号码不对，请再核对一遍"),
        (PHONE, "١٣٠٠٠٠٠٠٠٠١", "号码不对，请再核对一遍"),
    ],
)
def test_a_wrong_answer_is_told_in_one_plain_sentence(field, value, message):
    assert said(field, value) == message


# ---- tables -----------------------------------------------------------------------------------------------------

GOOD = {"name": "周例安", "number": NUMBER, "born": "1992-02-16", "grade": "一级"}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (table(GOOD, GOOD), ""),
        ("", "required"),
        ("[]", "required"),
        (table(GOOD), "至少填 2 行"),
        (table(GOOD, {"name": "林例秀"}), "第 2 行 证件号码：还没有填"),
        (table({**GOOD, "number": "123"}, GOOD), "第 1 行 证件号码：证件号码不对"),
        (table({**GOOD, "born": "去年"}, GOOD), "第 1 行 出生日期：日期不对，例：2026-11-17"),
        (table({**GOOD, "grade": "三级"}, GOOD), "第 1 行 等级：请从选项中选一个"),
        ("{", "表格读不出来，请重新填写"),
        ('{"name":"周例安"}', "表格读不出来，请重新填写"),
        ('[{"name":1}]', "表格读不出来，请重新填写"),
        (table(*[GOOD] * (MAX_ROWS + 1)), f"太长，最多 {MAX_ROWS} 行"),
    ],
)
def test_a_table_is_judged_row_by_row(value, message):
    assert said(PEOPLE, value) == message


def test_the_cells_a_licence_filled_are_not_judged_but_those_beside_them_are():
    odd = {**GOOD, "number": "例证 1"}
    from_licence = table({"number": "例证 1"}, {"number": "例证 1"})
    assert said(PEOPLE, table(odd, odd), from_licence) == ""
    assert said(PEOPLE, table(odd, {"number": "例证 1"}), from_licence) == "第 2 行 姓名：还没有填"
    assert said(PEOPLE, table(odd, {**odd, "number": "例证 2"}), from_licence) == "第 2 行 证件号码：证件号码不对"


@given(rows)
def test_the_text_of_a_table_is_canonical(made):
    text = table_text(COLUMNS, made)
    assert table_text(COLUMNS, table_rows(text)) == text
    assert all(list(row) == [column.key for column in COLUMNS if column.key in row] for row in table_rows(text))
    assert all(cell.strip() for row in table_rows(text) for cell in row.values())


@given(st.text(max_size=30))
def test_what_is_no_table_has_no_rows(text):
    if read_rows(text) is None:
        assert table_rows(text) == ()


@given(rows, rows)
def test_rows_keep_what_a_source_said_when_something_is_added(from_source, more):
    source = table_rows(table_text(COLUMNS, from_source))
    added = [*({**row, "grade": row.get("grade", "二级")} for row in source), *table_rows(table_text(COLUMNS, more))]
    assert keeps(added, source)
    if source:
        key = next(iter(source[0]))
        assert not keeps([{**added[0], key: source[0][key] + "岸"}, *added[1:]], source)
        assert not keeps(added[: len(source) - 1], source)


def test_a_column_is_filled_when_the_source_said_it_in_each_row_and_nobody_changed_it():
    source = [{"name": "周例安", "number": NUMBER}, {"name": "林例秀"}]
    assert filled_columns(COLUMNS, source, source) == 1
    assert filled_columns(COLUMNS, [{**source[0], "grade": "一级"}, source[1]], source) == 1
    assert filled_columns(COLUMNS, [{**source[0], "name": "周例岸"}, source[1]], source) == 0
    assert filled_columns(COLUMNS, [*source, {"name": "王例"}], source) == 0
    assert filled_columns(COLUMNS, [], []) == 0


# ---- credit codes -----------------------------------------------------------------------------------------------


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9), st.integers(0, 16), st.integers(1, 30))
def test_one_wrong_character_of_a_credit_code_is_always_found(body, place, other):
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    first = f"91999999{body}"
    code = first + credit_code.check_character(first)
    assert credit_code.is_valid(code)
    wrong = alphabet[(alphabet.index(code[place]) + other) % 31]
    assert not credit_code.is_valid(code[:place] + wrong + code[place + 1 :])


def test_what_begins_no_credit_code_has_no_check_character():
    with pytest.raises(ValueError):
        credit_code.check_character("91999999MA000000I")
