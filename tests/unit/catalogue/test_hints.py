"""The rules of policy hints: read from a file with every fault named; the sample's; the list of firms to notify."""

import json
from datetime import date

import pytest

from clerk_app.catalogue.loader import SHIPPED, load_catalogue
from clerk_app.domain.hints import hints, told
from clerk_app.domain.licences import LicenceFinding
from clerk_app.errors import BadCatalogue
from clerk_app.services.firms_to_notify import LibraryLicence, firms_to_notify
from clerk_app.services.shipped import shipped_catalogue
from tests.helpers.catalogues import FILES, write_catalogue
from tests.helpers.commands import clerk

TODAY = date(2026, 11, 22)
RULE = """\
[[hints]]
code = "h.eatery"
text = "可以办开办例店一件事"
package = "PK01"
when = { field = "computed:contains(g.E1.name, 餐饮)", values = ["是"] }
reason = "名称里有餐饮"
sources = ["例政发 1 号"]
"""
LICENCES = (
    FILES["licences.toml"] + '\n[[licences]]\ncode = "penalty"\nname = "处罚"\nkeys = ["date"]\nsensitive = true\n'
)


def written(tmp_path, hints_file):
    return write_catalogue(tmp_path / "catalogue", {**FILES, "licences.toml": LICENCES, "hints.toml": hints_file})


def faults_of(folder):
    with pytest.raises(BadCatalogue) as refusal:
        load_catalogue(folder)
    return refusal.value.data["faults"]


def test_a_rule_is_read_with_the_name_and_the_children_of_what_it_leads_to(tmp_path):
    [rule] = load_catalogue(written(tmp_path, RULE)).hints
    assert (rule.lead.name, rule.lead.children) == ("开办例店一件事", ("B04", "B05", "B06"))
    assert (rule.sensitive, rule.unless, rule.sources) == (False, None, ("例政发 1 号",))


def test_a_matter_lends_its_legal_basis_and_tells_which_licence_it_brings(tmp_path):
    text = RULE.replace('package = "PK01"', 'matter = "B04"').replace('sources = ["例政发 1 号"]\n', "")
    [rule] = load_catalogue(written(tmp_path, text)).hints
    assert rule.sources == ("《例法》第一条",)
    assert rule.lead.brings == ("business_licence",)


def test_a_catalogue_without_hints_is_good(tmp_path):
    assert load_catalogue(write_catalogue(tmp_path / "catalogue")).hints == ()


WHEN = 'field = "computed:contains(g.E1.name, 餐饮)", values = ["是"]'


@pytest.mark.parametrize(
    ("before", "after", "key", "reason"),
    [
        ('code = "h.eatery"', 'code = "eatery"', "hints.code", "h. 加小写英文"),
        ('text = "可以办开办例店一件事"\n', "", "hints.text", "缺这一项"),
        ('reason = "名称里有餐饮"', 'reason = " "', "hints.reason", "不能为空"),
        ('sources = ["例政发 1 号"]\n', "", "hints.sources", "缺这一项"),
        ('package = "PK01"\n', "", "hints", "三者之一"),
        ('package = "PK01"', 'package = "PK01"\nmatter = "B04"', "hints", "三者之一"),
        ('package = "PK01"', 'package = "PK99"', "hints.package", "没有套餐 PK99"),
        ('package = "PK01"', 'matter = "B99"', "hints.matter", "没有事项 B99"),
        ('package = "PK01"', 'benefit = "例补贴"', "hints.where", "缺这一项"),
        (WHEN, 'field = "g.E1.shoe", filled = true', "hints.when", "没有已知情况“g.E1.shoe”"),
        (WHEN, 'field = "q.shoe", filled = true', "hints.when", "没有已知情况“q.shoe”"),
        (WHEN, 'field = "card:shoe", filled = true', "hints.when", "没有已知情况“card:shoe”"),
        (WHEN, 'field = "card@agent:name", filled = true', "hints.when", "没有已知情况"),
        (WHEN, 'field = "held:shoe", values = ["有"]', "hints.when", "没有电子证照 shoe"),
        (WHEN, 'field = "held:business_licence", values = ["是"]', "hints.when", "没有选项：是"),
        (WHEN, 'field = "licence:shoe.size", filled = true', "hints.when", "没有电子证照 shoe"),
        (WHEN, 'field = "licence:business_licence.size", filled = true', "hints.when", "没有这一项"),
        (WHEN, 'field = "result:B04.credit_code", filled = true', "hints.when", "没有已知情况"),
        (WHEN, 'field = "computed:luck(card:name)", filled = true', "hints.when", "没有算法“luck”"),
        (WHEN, 'field = "computed:age(g.E1.name, g.F1.area)", filled = true', "hints.when", "参数个数不对"),
        (WHEN, 'field = "computed:age(card:shoe)", at_least = "1"', "hints.when", "没有已知情况“card:shoe”"),
        (WHEN, 'field = "computed:sex(card:number)", at_least = "1"', "hints.when", "不是数字"),
        (WHEN, 'field = "computed:contains(g.E1.name, 餐饮)", values = ["对"]', "hints.when", "没有选项：对"),
        (WHEN, 'field = "card:name", at_least = "1"', "hints.when", "不是数字"),
        (WHEN, 'field = "held:penalty", values = ["有"]', "hints.sensitive", "要写 sensitive = true"),
        (WHEN, 'field = "computed:age(licence:penalty.date)", at_least = "1"', "hints.sensitive", "是敏感信息"),
        ('reason = "名称里有餐饮"', 'reason = "名称里有餐饮"\nprice = 1', "hints.price", "不认识的键"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_file_its_line_and_a_reason(tmp_path, before, after, key, reason):
    assert RULE.count(before) == 1
    found = faults_of(written(tmp_path, RULE.replace(before, after)))
    assert [fault.file for fault in found] == ["hints.toml"], [fault.text for fault in found]
    assert (found[0].key, found[0].line is not None) == (key, True)
    assert reason in found[0].reason


def test_a_code_stands_once(tmp_path):
    [fault] = faults_of(written(tmp_path, RULE + "\n" + RULE))
    assert (fault.line, fault.reason) == (10, "提示 h.eatery 重复")


def test_a_hint_on_a_sensitive_ground_may_be_closed(tmp_path):
    text = RULE.replace(WHEN, 'field = "held:penalty", values = ["有"]') + "sensitive = true\n"
    assert load_catalogue(written(tmp_path, text)).hints[0].sensitive


def test_what_it_refers_to_is_not_told_twice_beside_a_broken_matter(tmp_path):
    folder = written(tmp_path, RULE.replace('package = "PK01"', 'matter = "B05"').replace('"h.eatery"', '"eatery"'))
    (folder / "matters" / "B05.toml").write_text("code = ", encoding="utf-8")
    assert [(fault.file, fault.key) for fault in faults_of(folder)] == [
        ("hints.toml", "hints.code"),
        ("matters/B05.toml", ""),
    ]


# ---- the sample -----------------------------------------------------------------------------------------------------

CATALOGUE = shipped_catalogue()
ELDER = {"card:birth_date": "1941-02-15", "card:sex": "女", "card:address": "例省例州市甲县乙镇丙村3号"}


def hinted(known, *taken_up):
    shown = told(hints(known, CATALOGUE.hints, TODAY, taken_up=taken_up))
    return [hint.lead.code or hint.lead.name for hint in shown.open], shown.closed


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (ELDER, ["P02", "P01", "PK14"]),
        ({**ELDER, "card:address": "例省远州市"}, ["P01", "PK14"]),
        ({**ELDER, "card:birth_date": "1960-11-22"}, ["P01"]),
        ({**ELDER, "card:birth_date": "1962-01-01"}, ["P04"]),
        ({**ELDER, "card:birth_date": "1970-11-22"}, ["PK04"]),
        ({**ELDER, "card:birth_date": "1970-11-22", "g.P8.employment": "退休"}, []),
        ({**ELDER, "card:birth_date": "1990-11-22"}, []),
        ({"g.B1.birth_date": "2026-11-01"}, ["PK02"]),
        ({"g.B1.birth_date": "2025-11-01"}, []),
        ({"card:address": "例省远州市", "g.R2.reason": "务工"}, ["PK15"]),
        ({"card:address": "例省远州市", "g.R2.reason": "务工", "held:residence_permit": "有"}, []),
        ({"card:address": "例省远州市"}, []),
        ({"g.R2.housing": "租赁房屋", "held:housing_fund_record": "有"}, ["P43"]),
        ({"g.E1.scope": "餐饮服务"}, ["PK01"]),
        ({"g.E1.scope": "餐饮服务", "g.E1.established": "2020-01-01"}, []),
    ],
)
def test_the_sample_hints_at_what_the_facts_lead_to(known, expected):
    assert hinted(known) == (expected, 0)


def test_the_sample_closes_what_concerns_disability_income_and_penalties():
    known = {**ELDER, "held:disability_certificate": "有", "g.D1.grade": "一级", "held:low_income_record": "有"}
    assert hinted(known) == (["P02", "P01", "PK14"], 3)
    assert hinted({"licence:penalty_record.fulfilled": "已全部履行"}) == ([], 1)


def test_the_sample_is_silent_on_the_matter_at_hand():
    assert hinted(ELDER, "P01", "P02") == (["PK14"], 0)


def test_the_document_counts_the_hints_of_the_sample():
    document = (SHIPPED.parents[2] / "docs" / "catalogue.md").read_text(encoding="utf-8")
    assert f"and {len(CATALOGUE.hints)} policy hints" in document


def test_every_hint_of_the_sample_cites_what_it_rests_on():
    assert all(rule.sources and all(rule.sources) for rule in CATALOGUE.hints)


# ---- firms ----------------------------------------------------------------------------------------------------------

BUSINESS = {"type": "个体工商户", "scope": "餐饮服务", "established": "2026-10-12"}
HAULIER = {"type": "有限责任公司", "scope": "道路货物运输", "established": "2020-01-01"}
VEHICLES = {"plate.1": "例A1", "plate.2": "例A2"}


def licence(holder, kept_as, fields=None, state="valid", name="例店"):
    return LibraryLicence(holder, kept_as, LicenceFinding(state, name=name, fields=fields or {}))


def to_notify(*library):
    count, firms = firms_to_notify(CATALOGUE, library, TODAY)
    return count, {
        firm.holder: ([hint.lead.code or hint.lead.name for hint in firm.told.open], firm.told.closed) for firm in firms
    }


def test_the_firms_that_a_hint_concerns_are_listed():
    found = to_notify(
        licence("F2", "N01", HAULIER),
        licence("F2", "N20", VEHICLES),
        licence("F1", "N01", BUSINESS),
        licence("F3", "N01", {**HAULIER, "scope": "种苗"}),
        licence("F9", "transport_permit"),
    )
    assert found == (3, {"F1": (["PK01", "PK26", "个体工商户开业补贴（示例）"], 0), "F2": (["B16"], 0)})


def test_that_a_licence_lacks_counts_only_where_the_library_holds_the_kind():
    assert to_notify(licence("F2", "N01", HAULIER), licence("F2", "N20", VEHICLES)) == (1, {})


def test_who_has_the_licence_is_not_told_to_get_it():
    haulier = (licence("F2", "N01", HAULIER), licence("F2", "N20", VEHICLES), licence("F2", "transport_permit"))
    assert to_notify(*haulier) == (1, {})


def test_persons_and_firms_whose_licence_has_ended_are_not_listed():
    assert to_notify(licence("P1", "M13", {"grade": "一级"}), licence("F1", "N01", BUSINESS, "revoked")) == (0, {})


def test_a_penalty_is_only_counted():
    paid = licence("F3", "penalty_record", {"fulfilled": "已全部履行"})
    assert to_notify(licence("F3", "N01", {"scope": "种苗"}), paid) == (1, {"F3": ([], 1)})


# ---- the command ----------------------------------------------------------------------------------------------------


def test_the_command_hints_from_answers_with_the_reason(tmp_path):
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({**ELDER, "held:disability_certificate": "有"}), encoding="utf-8")
    result = clerk("catalogue", "hints", "--answers", answers, "--json").json
    assert [hint["leads_to"]["code"] for hint in result["hints"]] == ["P02", "P01", "PK14"]
    assert result["hints"][0]["reason"] == "证件上满 80 周岁，户籍在本地"
    assert result["hints"][0]["sources"] == ["《中华人民共和国老年人权益保障法》第三十三条"]
    assert (result["closed"], result["label"]) == (1, "示例数据")
    assert "残疾" not in json.dumps(result, ensure_ascii=False)
    plain = clerk("catalogue", "hints", "--answers", answers).out
    assert "另有 1 项涉及隐私" in plain
    assert "残疾" not in plain


def test_the_command_lists_the_firms_of_an_export(tmp_path):
    export = tmp_path / "export.toml"
    export.write_text(
        '[[licences]]\nholder = "92999999MA0000002N"\ntype = "N01"\nname = "例州区例香餐饮店"\n'
        '[licences.fields]\ntype = "个体工商户"\nscope = "餐饮服务"\n',
        encoding="utf-8",
    )
    result = clerk("catalogue", "hints", SHIPPED, "--firms", export, "--json").json
    assert result["looked_at"] == 1
    [firm] = result["firms"]
    assert (firm["holder"], firm["name"], firm["closed"]) == ("92999999MA0000002N", "例州区例香餐饮店", 0)
    assert [hint["leads_to"]["code"] for hint in firm["hints"]] == ["PK01"]
    assert "看了 1 家企业，要告知 1 家（示例数据）" in clerk("catalogue", "hints", "--firms", export).out


@pytest.mark.parametrize(("option", "content"), [("--answers", "[]"), ("--answers", '{"a": 1}'), ("--firms", "x")])
def test_a_file_that_is_none_is_refused_in_one_sentence(tmp_path, option, content):
    file = tmp_path / "file"
    file.write_text(content, encoding="utf-8")
    ran = clerk("catalogue", "hints", option, file)
    assert ran.code == 1
    assert len(ran.err.strip().splitlines()) <= 2
    assert "Traceback" not in ran.err
