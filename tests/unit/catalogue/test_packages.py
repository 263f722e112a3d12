"""Packages, situations, sources and conditions: what loads, what is refused, what is only warned of."""

import json
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clerk_app.catalogue.loader import SHIPPED, load_catalogue, read_catalogue
from clerk_app.domain.conditions import OneOf
from clerk_app.domain.matter import Produces
from clerk_app.domain.needs import Material
from clerk_app.errors import BadCatalogue, NoSuchPackage
from clerk_app.services.shipped import shipped_catalogue
from tests.helpers.catalogues import MATTERS, write_catalogue
from tests.helpers.catalogues import PACKAGE as PACKAGE_TEXT
from tests.helpers.commands import clerk

FIELDS, SITUATIONS, PACKAGE = "fields.toml", "situations.toml", "packages/PK01.toml"
B04, B05, B06 = "matters/B04.toml", "matters/B05.toml", "matters/B06.toml"
SIGN = 'field = "q.sign", values = ["有"]'


@pytest.fixture
def folder(tmp_path):
    return write_catalogue(tmp_path / "catalogue")


def change(folder, name, before, after):
    """Change the first such place of a file; return its line."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    return text[: text.index(before)].count("\n") + 1


def faults_of(folder):
    with pytest.raises(BadCatalogue) as refusal:
        load_catalogue(folder)
    return refusal.value.data["faults"]


def test_the_small_catalogue_is_sound_and_nothing_in_it_is_doubtful(folder):
    catalogue, warnings = read_catalogue(folder)
    assert [warning.text for warning in warnings] == []
    assert [matter.code for matter in catalogue.matters] == ["B04", "B05", "B06"]


def test_a_package_knows_its_children_in_the_order_of_the_paper(folder):
    package = load_catalogue(folder).package("pk01")
    assert [child.matter for child in package.children] == ["B04", "B05", "B06"]
    assert package.after == {"B04": (), "B05": ("B04",), "B06": ("B04",)}
    assert (package.document_prefix, package.promised.days) == ("例州市监", 9)
    assert [child.optional for child in package.children] == [False, False, True]
    assert package.child("B07") is None


def test_a_package_of_an_unknown_code_is_refused(folder):
    with pytest.raises(NoSuchPackage):
        load_catalogue(folder).package("PK99")


def test_a_group_in_a_situation_hands_its_condition_to_each_of_its_elements(folder):
    group = load_catalogue(folder).matter("B06").groups[1]
    assert group.when == OneOf("q.sign", ("有",))
    assert [field.when for field in group.fields] == [group.when]


def test_groups_keep_the_place_they_have_in_the_dictionary(folder):
    assert [group.position for group in load_catalogue(folder).matter("B06").groups] == [0, 2]


def test_elements_may_lie_in_several_files_read_in_the_order_of_their_names(folder):
    whole = load_catalogue(folder)
    text = (folder / FIELDS).read_text(encoding="utf-8")
    cut = text.index("[[groups]]", 10)
    (folder / "fields").mkdir()
    (folder / "fields" / "b.toml").write_text(text[cut:], encoding="utf-8")
    (folder / "fields" / "a.toml").write_text(text[:cut], encoding="utf-8")
    (folder / FIELDS).unlink()
    assert load_catalogue(folder) == whole


def test_what_a_matter_takes_from_the_dictionary(folder):
    catalogue = load_catalogue(folder)
    need = catalogue.matter("B05").materials[0]
    assert need.material == Material("N01", "营业执照", "政府核发", "business_licence", "市场监管窗口")
    deferred = catalogue.matter("B05").materials[1]
    assert (deferred.deferrable, deferred.defer_days, deferred.original) == (True, 5, "seen")
    insisted = catalogue.matter("B06").materials[1]
    assert (insisted.copies, insisted.paper_required, insisted.original) == (2, True, "kept")


def test_what_a_matter_says_beside_its_form(folder):
    matter = load_catalogue(folder).matter("B05")
    assert (matter.task_type, matter.client, matter.visits, matter.site_check) == ("01", "firm", 1, True)
    assert [(fee.name, fee.amount, fee.reducible) for fee in matter.fees] == [("工本费", Decimal("12.50"), True)]
    assert [rule.message for rule in matter.rules] == ["面积超出受理范围"]
    produces = load_catalogue(folder).matter("B04").produces
    assert produces == Produces(frozenset({"N01"}), frozenset({"g.E1.credit_code"}))


@pytest.mark.parametrize(
    ("name", "before", "after", "key", "reason"),
    [
        # the graph
        (PACKAGE, 'matter = "B05"', 'matter = "B55"', "children.matter", "没有事项 B55"),
        (PACKAGE, 'matter = "B05"', 'matter = "B04"', "children.matter", "子事项 B04 重复"),
        (PACKAGE, 'after = ["B04"]', 'after = ["B08"]', "children.after", "B08 不是这个套餐的子事项"),
        (PACKAGE, 'after = ["B04"]', 'after = ["B05"]', "children.after", "不能排在自己之后"),
        (PACKAGE, 'matter = "B04"\n', 'matter = "B04"\nafter = ["B05"]\n', "children", "成了圈：B05 → B04 → B05"),
        # its limits
        (PACKAGE, "promised = 9", "promised = 8", "limits.promised", "比并联所需的 9 日短"),
        (PACKAGE, "promised = 9", "promised = 0", "limits", "应大于 0"),
        (PACKAGE, 'unit = "workday"', 'unit = "natural_day"', "children.matter", "时限单位"),
        # its names and questions
        (PACKAGE, 'code = "PK01"', 'code = "PK02"', "code", "与文件名一致"),
        (PACKAGE, 'client = "firm"', 'client = "robot"', "client", "不在可选值里"),
        (PACKAGE, '["q.sign", "q.lit"]', '["q.sign", "q.moon"]', "situations", "没有情形 q.moon"),
        (PACKAGE, '["q.sign", "q.lit"]', '["q.lit"]', "children.when", "q.sign 没有列在 situations 里"),
        (PACKAGE, 'values = ["有"]', 'values = ["也许"]', "children.when", "没有选项：也许"),
        (PACKAGE, 'field = "q.sign"', 'field = "g.F1.area"', "children.when", "不在表单里"),
        (PACKAGE, "optional = true", "optinal = true", "children.optinal", "不认识的键"),
        # situations
        (SITUATIONS, 'choices = ["有", "没有"]', 'choices = ["有"]', "situations.choices", "至少要有两个选项"),
        (SITUATIONS, 'choices = ["有", "没有"]', 'choices = ["有", "有"]', "situations.choices", "有 重复"),
        (SITUATIONS, 'code = "q.lit"', 'code = "q.sign"', "situations.code", "情形 q.sign 重复"),
        (SITUATIONS, 'code = "q.sign"', 'code = "sign"', "situations.code", "应是 q. 加小写英文"),
        (SITUATIONS, 'why = "设', 'when = { field = "q.lit", values = ["发光"] }\nwhy = "设', "situations.when", "圈"),
        (SITUATIONS, 'values = ["有"]', 'values = ["也许"]', "situations.when", "没有选项：也许"),
        # conditions
        (B06, SIGN, 'field = "q.sign"', "groups.when", "条件要有"),
        (B06, SIGN, SIGN + ', at_least = "3"', "groups.when", "只能有一个"),
        (B06, SIGN, 'field = "q.sign", at_least = "3"', "groups", "不是数字，不能比大小"),
        (B06, SIGN, 'field = "q.sign", filled = false', "groups.when.filled", "只能是 true"),
        (B06, SIGN, 'field = "q.sign", values = []', "groups.when.values", "至少要有一个"),
        (B06, "{ all = [", "{ any = 1, all = [", "materials.when", "之一"),
        (B05, 'at_least = "5000"', "at_least = 5000", "rules.when.at_least", "写成文字的数"),
        (B05, 'at_least = "5000"', 'at_least = "很多"', "rules.when.at_least", "写成文字的数"),
        # elements
        (FIELDS, 'at_most = "100000"', 'at_most = "0"', "groups.fields.at_most", "最大值比最小值小"),
        (FIELDS, 'type = "number"\nunit', 'type = "text"\nunit', "groups.fields.type", "只有数字类要素"),
        (FIELDS, "columns = [", "columns = []\nx = [", "groups.fields.columns", "应是一个或几个表"),
        (FIELDS, 'key = "age"', 'key = "name"', "groups.fields.columns", "name 重复"),
        (FIELDS, 'key = "age"', 'key = "年龄"', "groups.fields.columns.key", "小写字母"),
        (FIELDS, 'why = "核对位置"', 'why = "核对位置"\nmin_rows = 2', "groups.fields.min_rows", "只有表格类要素"),
        # sources
        (FIELDS, '"licence:business_licence.name"', '"licence:pilot.name"', "groups.fields.sources", "电子证照里没有"),
        (FIELDS, "licence.name", "licence.colour", "groups.fields.sources", "电子证照里没有这一项"),
        (FIELDS, '"result:B04.', '"result:B06.', "groups.fields.sources", "B06 的结果不产生 g.E1.credit_code"),
        (FIELDS, "computed:rows(", "computed:guess(", "groups.fields.sources", "没有算法“guess”"),
        (FIELDS, "rows(g.F1.staff)", "rows(g.F1.crew)", "groups.fields.sources", "没有要素 g.F1.crew"),
        (FIELDS, "rows(g.F1.staff)", "rows()", "groups.fields.sources", "参数个数不对"),
        (FIELDS, "rows(g.F1.staff)", "column_sum(g.F1.staff, shoe)", "groups.fields.sources", "没有列 shoe"),
        (FIELDS, '"licence:business_licence.name"', '"card@neighbour:name"', "groups.fields.sources", "没有来源"),
        (FIELDS, 'sources = ["computed', 'source = "card:name"\nsources = ["computed', "groups.fields.sources", "一个"),
        # materials, fees, products
        ("materials.toml", 'licence = "business_licence"', 'licence = "pilot"', "materials.licence", "没有电子证照"),
        (B05, "e_licence = true", 'e_licence = "often"', "materials.e_licence", "不在可选值里"),
        (B05, "deferrable = true", "deferrable = true\nrequired = false", "materials", "不用容缺"),
        (B05, 'amount = "12.50"', "amount = 12.5", "fees.amount", "写成文字的数"),
        (B04, 'materials = ["N01"]', 'materials = ["N77"]', "produces.materials", "材料字典里没有 N77"),
        (B04, 'fields = ["g.E1.credit_code"]', 'fields = ["credit_code"]', "produces.fields", "没有要素 credit_code"),
    ],
)
def test_a_fault_is_named_with_its_key_and_a_reason(folder, name, before, after, key, reason):
    change(folder, name, before, after)
    found = faults_of(folder)
    assert any(fault.file == name and fault.key == key and reason in fault.reason for fault in found), [
        fault.text for fault in found
    ]


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        (PACKAGE, 'matter = "B05"', 'matter = "B55"'),
        (PACKAGE, "promised = 9", "promised = 8"),
        (SITUATIONS, 'code = "q.lit"', 'code = "q.sign"'),
        (FIELDS, 'sources = ["computed:rows(', 'sources = ["computed:guess('),
        (B05, 'amount = "12.50"', 'amount = "-1"'),
    ],
)
def test_a_fault_is_named_with_its_line(folder, name, before, after):
    line = change(folder, name, before, after)
    assert (name, line) in [(fault.file, fault.line) for fault in faults_of(folder)]


def test_a_promise_below_the_longest_path_is_good_with_a_reason(folder):
    change(folder, PACKAGE, "promised = 9", 'promised = 8\nreason = "现场核查提前到受理前"')
    assert load_catalogue(folder).package("PK01").promised_reason == "现场核查提前到受理前"


def test_a_fault_in_a_matter_is_not_told_again_by_its_packages(folder):
    change(folder, B05, 'kind = "promised"', "kind = promised")
    assert [fault.file for fault in faults_of(folder)] == [B05]


@pytest.mark.parametrize(
    ("name", "before", "after", "key", "reason"),
    [
        (PACKAGE, 'matter = "B05"\nafter = ["B04"]', 'matter = "B05"', "children.after", "B04 的结果就是 N01"),
        (PACKAGE, 'channels = ["hall"]', 'channels = ["hall", "home"]', "children.matter", "不能以 home 方式办理"),
        (SITUATIONS, 'code = "q.sign"', 'code = "q.moon"\nquestion = "？"\nchoices = ["是", "否"]\n\n'
         '[[situations]]\ncode = "q.sign"', "situations.code", "没有事项或套餐用到情形 q.moon"),
        (B06, ', { not = { field = "q.lit", values = ["不发光"] } }', "", "situations.choices", "不影响任何"),
    ],
)  # fmt: skip
def test_what_is_doubtful_is_a_warning_and_stands_in_nobodys_way(folder, name, before, after, key, reason):
    change(folder, name, before, after)
    _, warnings = read_catalogue(folder)
    assert any(warning.key == key and reason in warning.reason for warning in warnings), warnings


# ---- clerk catalogue lint ---------------------------------------------------------------------------------------


def test_lint_counts_what_a_sound_catalogue_holds(folder):
    ran = clerk("catalogue", "lint", str(folder), "--json")
    assert (ran.code, ran.json) == (
        0,
        {
            "version": "2026-11-21",
            "matters": 3,
            "packages": 1,
            "materials": 3,
            "elements": 6,
            "situations": 2,
            "hints": 0,
            "warnings": [],
        },
    )


def test_lint_names_every_fault_with_file_line_and_reason(folder):
    first = change(folder, B05, 'amount = "12.50"', 'amount = "-1"')
    second = change(folder, FIELDS, "computed:rows(g.F1.staff)", "gossip")
    ran = clerk("catalogue", "lint", str(folder), "--json")
    error = ran.json["error"]
    assert (ran.code, error["code"]) == (1, "bad_catalogue")
    assert [(fault["file"], fault["line"]) for fault in error["faults"]] == [(FIELDS, second), (B05, first)]
    plain = clerk("catalogue", "lint", str(folder))
    assert (plain.code, plain.out) == (1, "")
    assert f"{B05}:{first} fees.amount：" in plain.err
    assert f"{FIELDS}:{second} groups.fields.sources：" in plain.err


def test_lint_shows_warnings_before_its_verdict(folder):
    change(folder, PACKAGE, 'channels = ["hall"]', 'channels = ["hall", "home"]')
    ran = clerk("catalogue", "lint", str(folder))
    *warned, verdict = ran.out.splitlines()
    assert (ran.code, len(warned)) == (0, 2)
    assert warned[0].startswith("请留意 packages/PK01.toml:")
    assert verdict.startswith("目录 2026-11-21 没有错误：事项 3，套餐 1")


# ---- clerk catalogue merge --------------------------------------------------------------------------------------


def merged(folder, *arguments):
    ran = clerk("catalogue", "merge", str(folder), "--package", "PK01", *arguments, "--json")
    assert ran.code == 0, ran.json
    return ran.json


def test_merge_says_what_is_asked_once_for_whom_and_what_is_spared(folder):
    result = merged(folder)
    assert result["matters"] == ["B04", "B05", "B06"]
    assert result["order"] == [["B04"], ["B05", "B06"]]
    assert result["days"] == {"serial": 12, "parallel": 9, "promised": 9}
    # B04 asks the name; B05 name, code and three of its own; B06 name, code and the place of the sign.
    fields = result["fields"]
    # Two columns of a table are two; the licence that B04 brings can fill nothing yet.
    assert (fields["before"], fields["after"], fields["sourced"], fields["typed"]) == (10, 6, 1, 5)
    assert [item["code"] for item in result["fields"]["produced"]] == ["g.E1.credit_code"]
    assert (result["materials"]["before"], result["materials"]["after"]) == (5, 2)
    assert result["materials"]["produced"] == [
        {"code": "N01", "name": "营业执照", "by": ["B04"], "for": ["B05", "B06"]}
    ]
    plan = result["materials"]["list"][1]
    assert {key: plan[key] for key in ("code", "name", "for", "required", "deferrable", "e_licence", "copies")} == {
        "code": "N07",
        "name": "平面布局图",
        "for": ["B05", "B06"],
        "required": True,
        "deferrable": False,
        "e_licence": False,
        "copies": 2,
    }
    assert [(step["matter"], step["begins"], step["ends"]) for step in result["steps"]] == [
        ("B04", 0, 1),
        ("B05", 1, 9),
        ("B06", 1, 4),
    ]
    assert result["site_checks"]["together"] == [["B05"]]


def test_merge_takes_answers_from_a_file(folder, tmp_path):
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({"q.sign": "没有"}), encoding="utf-8")
    result = merged(folder, "--answers", str(answers))
    assert result["matters"] == ["B04", "B05"]
    assert result["dropped"] == [{"matter": "B06", "reason": "situation"}]


def test_merge_leaves_out_what_the_citizen_does_not_want(folder):
    result = merged(folder, "--without", "B06")
    assert (result["matters"], result["dropped"]) == (["B04", "B05"], [{"matter": "B06", "reason": "choice"}])


def test_merge_in_words_names_what_an_earlier_result_brings(folder):
    ran = clerk("catalogue", "merge", str(folder), "--package", "PK01")
    assert "材料 5 → 2" in ran.out
    assert "N01 营业执照　由前序事项产生（B04）" in ran.out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--package", "PK99"), "no_such_package"),
        (("--package", "PK01", "--without", "B05"), "not_optional"),
        (("--package", "PK01", "--answers", "{folder}/nowhere.json"), "bad_answers"),
        (("--package", "PK01", "--answers", "{folder}/catalogue.toml"), "bad_answers"),
    ],
)
def test_what_a_user_can_get_wrong_is_one_sentence(folder, arguments, code):
    words = [word.replace("{folder}", str(folder)) for word in arguments]
    ran = clerk("catalogue", "merge", str(folder), *words, "--json")
    assert (ran.code, ran.json["error"]["code"]) == (1, code)


# ---- circles ----------------------------------------------------------------------------------------------------

FOUR = ("B04", "B05", "B06", "B07")
EDGES = [(later, earlier) for later in FOUR for earlier in FOUR if later != earlier]


def has_circle(edges):
    """By taking away whoever waits for nobody until nothing moves any more."""
    left = set(FOUR)
    while free := {code for code in left if not any(later == code and earlier in left for later, earlier in edges)}:
        left -= free
    return bool(left)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edges=st.sets(st.sampled_from(EDGES), max_size=6))
def test_a_package_is_accepted_exactly_if_its_children_wait_in_no_circle(folder, edges):
    write_catalogue(folder, {"matters/B07.toml": MATTERS["B06"].replace("B06", "B07")})
    before = {code: sorted(earlier for later, earlier in edges if later == code) for code in FOUR}
    children = "".join(f'[[children]]\nmatter = "{code}"\nafter = {json.dumps(before[code])}\n' for code in FOUR)
    head = PACKAGE_TEXT[: PACKAGE_TEXT.index("[[children]]")].replace("promised = 9", "promised = 99")
    write_catalogue(folder, {PACKAGE: head + children})
    if has_circle(edges):
        assert [(fault.file, fault.key) for fault in faults_of(folder)] == [(PACKAGE, "children")]
    else:
        assert len(load_catalogue(folder).package("PK01").children) == len(FOUR)


def test_nothing_in_the_shipped_sample_is_doubtful():
    assert [warning.text for warning in read_catalogue(SHIPPED)[1]] == []


def test_what_is_done_with_an_original_is_said_once_in_the_dictionary_and_may_be_otherwise_for_a_matter():
    photos = {
        matter.code: need.original
        for matter in shipped_catalogue().matters
        for need in matter.materials
        if need.code == "M06"
    }
    assert set(photos.values()) == {"kept"}
    assert "P31" in photos
    contract = shipped_catalogue().matter("P31").material("M10")
    assert contract is not None
    assert contract.original == "seen"
