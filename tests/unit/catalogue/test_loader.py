"""A wrong catalogue is refused whole, every fault named with its file, its line and a plain reason."""

import shutil

import pytest

from clerk_app import messages
from clerk_app.catalogue.loader import SHIPPED, load_catalogue
from clerk_app.catalogue.toml_lines import line_of
from clerk_app.errors import BadCatalogue

DICTIONARIES = ("catalogue.toml", "fields.toml", "licences.toml", "materials.toml")


@pytest.fixture
def folder(tmp_path):
    """A small catalogue: the shipped dictionaries and two of the shipped matters."""
    (tmp_path / "matters").mkdir()
    for name in (*DICTIONARIES, "matters/P14.toml", "matters/P31.toml"):
        shutil.copyfile(SHIPPED / name, tmp_path / name)
    return tmp_path


def change(folder, name, before, after):
    """Change one place of a file; return its line."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, after), encoding="utf-8")
    return text[: text.index(before)].count("\n") + 1


def faults_of(folder):
    with pytest.raises(BadCatalogue) as refusal:
        load_catalogue(folder)
    return refusal.value.data["faults"]


def only_fault(folder):
    faults = faults_of(folder)
    assert len(faults) == 1, [fault.text for fault in faults]
    return faults[0]


def test_a_copy_of_the_shipped_catalogue_loads_alike(tmp_path):
    assert load_catalogue(shutil.copytree(SHIPPED, tmp_path / "copy")) == load_catalogue()


def test_a_matter_that_takes_a_group_as_it_is_has_the_very_group_of_the_dictionary():
    catalogue = load_catalogue()
    dictionary = {group.code: group for group in catalogue.groups}
    taken = [group for matter in catalogue.matters for group in matter.groups if group == dictionary[group.code]]
    assert len(taken) > len(catalogue.matters)
    assert all(group is dictionary[group.code] for group in taken)


P31 = "matters/P31.toml"


@pytest.mark.parametrize(
    ("name", "before", "after", "key", "reason"),
    [
        (P31, 'procedure = "registration"', 'procedure = "magic"', "procedure", "不在可选值里"),
        (P31, 'by_law = "《居住证暂行条例》第九条"', 'by_law = " "', "by_law", "不能为空"),
        (P31, 'kind = "promised"', 'kind = "at_once"', "kind", "即办件的承诺时限应是 0"),
        (P31, "legal = 15", "legal = 9", "limits.promised", "承诺时限比法定时限长"),
        (P31, "legal = 15", "legal = -1", "limits.legal", "不能小于 0"),
        (P31, "legal = 15", 'legal = "15"', "limits.legal", "应是整数"),
        (P31, "legal = 15", "legal = true", "limits.legal", "应是整数"),
        (P31, 'unit = "workday"', 'unit = "moon"', "limits.unit", "不在可选值里"),
        (P31, 'channels = ["hall", "mobile"]', "channels = []", "channels", "至少要有一个"),
        (P31, 'channels = ["hall", "mobile"]', 'channels = ["hall", "moon"]', "channels", "不在可选值里"),
        (P31, 'channels = ["hall", "mobile"]', "channels = [1]", "channels", "应是文字列表"),
        (P31, 'channels = ["hall", "mobile"]', 'channels = "hall"', "channels", "应是文字列表"),
        (P31, 'code = "P31"', 'code = "P32"', "code", "与文件名一致"),
        (P31, '31X3999931000031"', '31X"', "implementation_code", "31 位"),
        (P31, 'offline_power = "accept"', 'offline_power = "complete"', "handle.offline_power", "不能大于窗口权限"),
        (P31, "sealed_notice = true", 'sealed_notice = "yes"', "handle.sealed_notice", "应是true 或 false"),
        (P31, "[handle.effects.receive]", "[handle.effects.refuse]", "handle.effects.refuse", "不认识的键"),
        (P31, "{limit}内（最迟 {due}）", "{limit}内（最迟 {day}）", "handle.effects", "不认识的占位 {day}"),
        (P31, "{limit}内（最迟 {due}）", "{limit内（最迟 {due}）", "handle.effects", "花括号不成对"),
        (P31, 'groups = ["g.P1", ', 'groups = ["g.Z9", "g.P1", ', "groups", "没有要素组 g.Z9"),
        (P31, 'groups = ["g.P1", ', 'groups = ["g.P1", "g.P1", ', "groups", "g.P1.name 重复"),
        (P31, 'code = "M10"', 'code = "M99"', "materials.code", "材料字典里没有 M99"),
        (P31, 'code = "M10"', 'code = "M06"', "materials", "M06 重复"),
        (P31, 'pickup_field = "g.P9.pickup"', 'pickup_field = "g.I6.method"', "pickup_field", "表单里没有要素"),
        (P31, 'values = ["务工"]', 'values = ["探亲"]', "materials", "没有选项：探亲"),
        (P31, 'when = { field = "g.R2.reason"', 'when = { field = "g.I6.method"', "materials", "不在表单里"),
        (P31, "reusable = true", "reusabel = true", "materials.reusabel", "不认识的键"),
        (P31, 'result = "居住证"', 'result = "居住证"\nprice = 5', "price", "不认识的键"),
        (P31, 'presence = "agent_allowed"\n', "", "presence", "缺这一项"),
        ("catalogue.toml", 'region_short = "例州"', "region_short = 1", "region_short", "应是文字"),
        ("materials.toml", 'code = "M10"', 'code = "M06"', "materials.code", "材料 M06 重复"),
        ("fields.toml", 'code = "g.P2"', 'code = "g.P1"', "groups.code", "要素组 g.P1 重复"),
        ("fields.toml", 'code = "g.R2.since"', 'code = "g.P4.since"', "groups.fields.code", "应以 g.R2. 开头"),
        ("fields.toml", 'source = "card:ethnicity"', 'source = "card:shoe_size"', "groups.fields.source", "没有来源"),
        ("fields.toml", 'source = "card:ethnicity"', 'source = "gossip"', "groups.fields.source", "没有来源"),
        ("fields.toml", 'choices = ["窗口", "邮寄"]', "choices = []", "groups.fields.choices", "要有选项"),
        ("fields.toml", 'values = ["邮寄"]', 'values = ["信鸽"]', "groups", "没有选项：信鸽"),
        ("fields.toml", 'why = "邮寄证件"', "why = 1", "groups.fields.why", "应是文字"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_file_its_key_and_a_reason(folder, name, before, after, key, reason):
    change(folder, name, before, after)
    faults = faults_of(folder)
    assert any(fault.key == key and reason in fault.reason for fault in faults), [fault.text for fault in faults]


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        (P31, 'procedure = "registration"', 'procedure = "magic"'),
        (P31, "legal = 15", 'legal = "15"'),
        (P31, 'code = "M10"', 'code = "M99"'),
        (P31, 'offline_power = "accept"', 'offline_power = "complete"'),
        ("fields.toml", 'source = "card:ethnicity"', 'source = "gossip"'),
        ("fields.toml", 'code = "g.R2.since"', 'code = "g.P4.since"'),
        ("materials.toml", 'name = "房屋租赁合同"', 'name = ""'),
    ],
)
def test_a_fault_is_named_with_the_line_where_it_stands(folder, name, before, after):
    line = change(folder, name, before, after)
    assert (name, line) in [(fault.file, fault.line) for fault in faults_of(folder)]


def test_a_missing_key_points_to_the_table_that_lacks_it(folder):
    change(folder, "fields.toml", 'why = "核对是否居住满半年"\n', "")
    fault = only_fault(folder)
    text = (folder / "fields.toml").read_text(encoding="utf-8").splitlines()
    assert text[fault.line - 1] == "[[groups.fields]]"
    assert text[fault.line] == 'code = "g.R2.since"'


def test_all_faults_of_all_files_are_found_in_one_run(folder):
    change(folder, P31, "legal = 15", 'legal = "15"')
    change(folder, P31, 'code = "M10"', 'code = "M99"')
    change(folder, "matters/P14.toml", 'presence = "in_person"', 'presence = "ghost"')
    change(folder, "fields.toml", 'source = "card:sex"', 'source = "gossip"')
    faults = faults_of(folder)
    assert [(fault.file, fault.key) for fault in faults] == [
        ("fields.toml", "groups.fields.source"),
        ("matters/P14.toml", "presence"),
        (P31, "limits.legal"),
        (P31, "materials.code"),
    ]


@pytest.mark.parametrize("name", ["catalogue.toml", "fields.toml", "materials.toml"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    assert any(fault.file == name and fault.reason == "打不开这个文件" for fault in faults_of(folder))


def test_a_catalogue_without_matters_is_none(folder):
    shutil.rmtree(folder / "matters")
    assert only_fault(folder).reason == "没有事项"


def test_a_file_that_is_no_toml_is_named_with_its_line(folder):
    line = change(folder, P31, 'kind = "promised"', "kind = promised")
    fault = only_fault(folder)
    assert (fault.file, fault.line) == (P31, line)
    assert fault.reason.startswith("不是 TOML")


def test_damaged_text_is_refused(folder):
    (folder / P31).write_bytes("name = '社保'".encode("gb18030"))
    assert only_fault(folder).reason == "不是 UTF-8 文字，像是 GB18030：请另存为 UTF-8"


@pytest.mark.parametrize(
    ("before", "after"), [("[[materials]]", "[materials_list]"), ("[limits]", "[[limits]]"), ("[handle]", "[handles]")]
)
def test_a_wrong_shape_is_a_fault_and_no_crash(folder, before, after):
    path = folder / P31
    path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    assert faults_of(folder)


def test_a_list_of_tables_may_not_be_a_list_of_anything_else(folder):
    path = folder / "materials.toml"
    path.write_text("materials = [1, 2]\n", encoding="utf-8")
    assert any(fault.reason == "应是一个或几个表" for fault in faults_of(folder))


def test_the_error_is_one_sentence_with_the_first_fault(folder):
    line = change(folder, P31, 'procedure = "registration"', 'procedure = "magic"')
    with pytest.raises(BadCatalogue) as refusal:
        load_catalogue(folder)
    sentence = messages.describe(refusal.value).line()
    assert f"matters/P31.toml:{line} procedure：“magic”不在可选值里" in sentence


# ---- lines ------------------------------------------------------------------------------------------------------

TEXT = """\
# a comment
version = "1"

[limits]
legal = 1

[[groups]]
code = "a"

[[groups.fields]]
code = "a.1"

[[groups.fields]]
code = "a.2"
when = { field = "x" }

[[groups]]
code = "b"  # another

[[groups.fields]]
code = "b.1"
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("version",), 2),
        (("limits",), 4),
        (("limits", "legal"), 5),
        (("limits", "promised"), 4),
        (("groups", 0), 7),
        (("groups", 0, "fields", 1, "code"), 14),
        (("groups", 0, "fields", 1, "when", "field"), 15),
        (("groups", 1, "code"), 18),
        (("groups", 1, "fields", 0, "code"), 21),
        (("groups", 1, "fields", 0, "why"), 20),
        (("nowhere",), None),
        ((), None),
    ],
)
def test_a_path_has_the_line_where_the_file_spells_it_out(path, line):
    assert line_of(TEXT, path) == line
