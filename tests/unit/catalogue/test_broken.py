"""Broken catalogues: each is refused with one fault that says where and why, and nothing of it is used."""

import os

import pytest

from clerk_app.catalogue.characters import unsound
from clerk_app.catalogue.loader import SHIPPED, load_catalogue, read_catalogue
from clerk_app.catalogue.tables import MOST_BYTES
from clerk_app.errors import BadCatalogue
from tests.helpers.catalogues import FILES, write_catalogue
from tests.helpers.commands import clerk

HEAD, LICENCES, MATERIALS = "catalogue.toml", "licences.toml", "materials.toml"
SITUATIONS, FIELDS, PACKAGE = "situations.toml", "fields.toml", "packages/PK01.toml"
B04, B05, B06 = "matters/B04.toml", "matters/B05.toml", "matters/B06.toml"
SIGN = '{ field = "q.sign", values = ["有"] }'
GROUP = """\
[[groups]]
code = "g.F1"
name = "例"
[[groups.fields]]
code = "g.F1.x"
label = "例"
type = "text"
why = "例"

"""
TABLE = FILES[FIELDS][FILES[FIELDS].index('why = "确定核查方式"') : FILES[FIELDS].index(' }, { key = "age"')]
DEEP = "[" * 3000

CHANGED = [
    # ---- no TOML
    (HEAD, 'label = "示例数据"', "label = 示例数据", "catalogue.toml:2：不是 TOML：第 9 列值的写法不对：文字要加引号"),
    (HEAD, 'label = "示例数据"', 'label = "示例数据', "catalogue.toml:2：不是 TOML：第 14 列引号没有配对"),
    (HEAD, 'label = "示例数据"', 'label "示例数据"', "catalogue.toml:2：不是 TOML：第 7 列键后面缺等号"),
    (HEAD, 'label = "示例数据"', 'version = "2"', "catalogue.toml:2：不是 TOML：第 14 列同一个键写了两次"),
    (HEAD, 'label = "示例数据"', "名称 = 1", "catalogue.toml:2：不是 TOML：第 1 列这一行既不是键也不是表头"),
    (HEAD, "sample = true", "sample = true false", "catalogue.toml:4：不是 TOML：第 15 列一行里写完后还有多余的字"),
    (HEAD, "sample = true\n", "sample = [1", "catalogue.toml:4：不是 TOML：到文件末尾方括号没有配对"),
    (HEAD, "sample = true", f"sample = {'9' * 5000}", "catalogue.toml：不是 TOML：有一个数太长"),
    (HEAD, "sample = true", f"sample = {DEEP}", "catalogue.toml：不是 TOML：括号套得太深"),
    (B05, "[limits]", "[limits", "matters/B05.toml:16：不是 TOML：第 8 列方括号没有配对"),
    (PACKAGE, "[limits]", "[limits]\n[limits]", "packages/PK01.toml:11：不是 TOML：第 8 列同一个表写了两次"),
    # ---- spoiled or unseen characters
    (
        HEAD,
        "示例数据",
        "绀轰緥鏁版嵁",
        "catalogue.toml:2：第 10 列“绀轰緥鏁版嵁”是乱码，原文像是“示例数据”：请用正确的编码重新导出",
    ),
    (
        HEAD,
        "示例数据",
        "Ê¾ÀýÊý¾Ý",
        "catalogue.toml:2：第 10 列“Ê¾ÀýÊý¾Ý”是乱码，原文像是“示例数据”：请用正确的编码重新导出",
    ),
    (
        HEAD,
        "示例数据",
        "锟斤拷锟斤拷",
        "catalogue.toml:2：第 10 列“锟斤拷”是乱码：原文件的编码认错了，请用正确的编码重新导出",
    ),
    (
        HEAD,
        "示例数据",
        "示例\ufffd据",
        "catalogue.toml:2：第 12 列有替换符 U+FFFD：原来的字已经丢了，请从原文件重新导出",
    ),
    (HEAD, "示例数据", "示例\ue863", "catalogue.toml:2：第 12 列有私用区字符 U+E863：应写成 䶮"),
    (
        HEAD,
        "示例数据",
        "示例\uf8ff",
        "catalogue.toml:2：第 12 列有私用区字符 U+F8FF：换一台电脑就看不到，请改用标准汉字",
    ),
    (HEAD, "示例数据", "示\u202e例", "catalogue.toml:2：第 11 列有看不见的字符 U+202E：请删掉"),
    (HEAD, "示例数据", "\\u200b示例", "catalogue.toml:2 label：第 1 个字：有看不见的字符 U+200B：请删掉"),
    (HEAD, "示例数据", "\\u0000示例", "catalogue.toml:2 label：第 1 个字：有看不见的字符 U+0000：请删掉"),
    # ---- keys, kinds and values
    (
        HEAD,
        "2026-11-21",
        "../2026",
        "catalogue.toml:1 version：“../2026”不行：应是数字、英文字母、点、横线，最多 50 个",
    ),
    (HEAD, "sample = true", "sample = true\nauthor = 1", "catalogue.toml:5 author：不认识的键"),
    (
        LICENCES,
        "[[licences]]",
        '[[licences]]\ncode = "b l"\nname = "例"\nkeys = ["a"]\n\n[[licences]]',
        "licences.toml:2 licences.code：“b l”不行：应是小写英文、数字和 _",
    ),
    (
        LICENCES,
        "keys = ",
        'holders = ["g.F1.nobody"]\nkeys = ',
        "licences.toml:4 licences.holders：没有持有人“g.F1.nobody”：要写证件的角色，或者填证件号码、信用代码的要素",
    ),
    (
        MATERIALS,
        "[[materials]]",
        '[[materials]]\ncode = "N07"\nname = "例"\nissuer = "其他"\n\n[[materials]]',
        "materials.toml:19 materials.code：材料 N07 重复",
    ),
    (MATERIALS, 'name = "平面布局图"', 'name = " "', "materials.toml:15 materials.name：不能为空"),
    (FIELDS, "[[groups]]", f"{GROUP}[[groups]]", "fields.toml:29 groups.code：要素组 g.F1 重复"),
    (
        FIELDS,
        "[[groups]]",
        f"{GROUP.replace('g.F1', 'g.f-1')}[[groups]]",
        "fields.toml:2 groups.code：“g.f-1”不行：应是g. 加大写英文和数字",
    ),
    (FIELDS, 'type = "credit_code"', 'type = "colour"', "fields.toml:15 groups.fields.type：“colour”不在可选值里："),
    (FIELDS, 'at_most = "100000"', 'at_most = "0"', "fields.toml:29 groups.fields.at_most：最大值比最小值小"),
    (
        FIELDS,
        'at_least = "1"',
        'at_least = "1E+9"',
        'fields.toml:28 groups.fields.at_least：应是写成文字的数，不小于 0，例："300"',
    ),
    (B05, "legal = 30", "legal = 30.5", "matters/B05.toml:18 limits.legal：应是整数"),
    (B05, "legal = 30", "legal = 999999999", "matters/B05.toml:18 limits.legal：不能大于 9999"),
    (
        B05,
        'result = "许可证"',
        f'result = "{"证" * 4001}"',
        "matters/B05.toml:12 result：太长（4001 字），最多 4000 字",
    ),
    (B05, "收件有效", "{due:>999999999}", "matters/B05.toml:21 handle.effects：占位里只写名字，不写格式"),
    (B05, "收件有效", "{due.__class__}", "matters/B05.toml:21 handle.effects：不认识的占位 {due.__class__}"),
    (
        B05,
        'amount = "12.50"',
        'amount = "NaN"',
        'matters/B05.toml:45 fees.amount：应是写成文字的数，不小于 0，例："300"',
    ),
    # ---- codes that are not there
    (
        MATERIALS,
        'licence = "business_licence"',
        'licence = "gold"',
        "materials.toml:10 materials.licence：没有电子证照 gold",
    ),
    (
        FIELDS,
        "licence:business_licence.name",
        "licence:business_licence.age",
        "没有来源“licence:business_licence.age”：电子证照里没有这一项",
    ),
    (FIELDS, 'type = "number" }', 'type = "file" }', "fields.toml:37 groups.fields.columns.type：表格里不能放文件"),
    (
        FIELDS,
        'type = "credit_code"',
        'type = "file"',
        "fields.toml:16 groups.fields.sources：文件类要素由人附上，没有选项和来源",
    ),
    (FIELDS, "rows(g.F1.staff)", "wish(g.F1.staff)", "fields.toml:44 groups.fields.sources：没有算法“wish”"),
    (
        FIELDS,
        "rows(g.F1.staff)",
        "same(g.F1.staff_count)",
        "fields.toml:44 groups.fields.sources：要素互相推算成了圈，谁也算不出来：g.F1.staff_count → g.F1.staff_count",
    ),
    (
        FIELDS,
        "min_rows = 1",
        'min_rows = 1\nsource = "computed:same(g.F1.staff_count)"',
        "fields.toml:45 groups.fields.sources：要素互相推算成了圈，谁也算不出来："
        "g.F1.staff_count → g.F1.staff → g.F1.staff_count",
    ),
    (
        FIELDS,
        TABLE,
        'source = "computed:rows(g.F1.staff)"\n'
        + TABLE.replace('type = "text"', 'type = "text", sources = ["computed:same(g.F1.area)"]'),
        "fields.toml:38 groups.fields.columns：要素互相推算成了圈，谁也算不出来：g.F1.staff → g.F1.area → g.F1.staff",
    ),
    (B05, 'code = "N07"', 'code = "N99"', "matters/B05.toml:35 materials.code：材料字典里没有 N99"),
    (B05, '"g.F1"]', '"g.Q1"]', "matters/B05.toml:13 groups：没有要素组 g.Q1"),
    (B06, '"q.sign", "q.lit"]', '"q.sign", "q.dark"]', "q.dark"),
    (PACKAGE, 'matter = "B06"', 'matter = "B99"', "packages/PK01.toml:22 children.matter：没有事项 B99"),
    # ---- what contradicts
    (B05, "promised = 8", "promised = 31", "matters/B05.toml:19 limits.promised：承诺时限比法定时限长"),
    (B05, "promised = 8", "promised = 0", "matters/B05.toml:8 kind：承诺件的承诺时限应大于 0"),
    (B05, 'kind = "promised"', 'kind = "at_once"', "matters/B05.toml:8 kind：即办件的承诺时限应是 0"),
    (B05, 'offline_power = "receive"', 'offline_power = "accept"', "离线权限不能大于窗口权限"),
    (
        PACKAGE,
        "promised = 9",
        "promised = 3",
        "packages/PK01.toml:12 limits.promised：承诺 3 日比并联所需的 9 日短，要在 reason 里写明理由",
    ),
    (PACKAGE, 'matter = "B04"', 'matter = "B04"\nafter = ["B06"]', "packages/PK01.toml:14 children：先后次序成了圈："),
    (PACKAGE, 'matter = "B06"', 'matter = "B05"', "packages/PK01.toml:22 children.matter：子事项 B05 重复"),
    (SITUATIONS, 'why = "设招牌要向城管申请"', 'when = { field = "q.lit", values = ["发光"] }', "情形的先后成了圈："),
    (SITUATIONS, 'choices = ["发光", "不发光"]', 'choices = ["不发光"]', "情形至少要有两个选项"),
    # ---- conditions
    (SITUATIONS, f"when = {SIGN}", 'when = "q.sign == 有"', "situations.toml:11 situations.when：应是表"),
    (SITUATIONS, f"when = {SIGN}", "when = { any = [] }", "situations.toml:11 situations.when.any：应是一个或几个表"),
    (
        SITUATIONS,
        f"when = {SIGN}",
        'when = { field = "q.sign" }',
        "条件要有 values at_least at_most filled 中的一个，且只能有一个",
    ),
    (
        SITUATIONS,
        f"when = {SIGN}",
        f"when = {{ all = [{SIGN}], x = 1 }}",
        "situations.toml:11 situations.when：条件里只能有 all any not 之一",
    ),
    (SITUATIONS, f"when = {SIGN}", 'when = { field = "q.sign", values = ["也许"] }', "没有选项：也许"),
    (
        B06,
        f"when = {{ all = [{SIGN}",
        'when = { all = [{ field = "q.sign", at_least = "3" }',
        "情形 q.sign 不是数字，不能比大小",
    ),
]


@pytest.fixture
def folder(tmp_path):
    return write_catalogue(tmp_path / "catalogue")


def only_fault(folder):
    """The one fault of a catalogue, which reading it twice does not change."""
    before = snapshot(folder)
    with pytest.raises(BadCatalogue) as refusal:
        load_catalogue(folder)
    texts = [fault.text for fault in refusal.value.data["faults"]]
    assert len(texts) == 1, texts
    assert snapshot(folder) == before
    return texts[0]


def snapshot(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize(("name", "before", "after", "told"), CHANGED, ids=range(len(CHANGED)))
def test_one_thing_broken_is_one_fault_with_its_place_and_reason(folder, name, before, after, told):
    text = FILES[name]
    assert before in text
    (folder / name).write_text(text.replace(before, after, 1), encoding="utf-8")
    fault = only_fault(folder)
    assert fault.startswith((f"{name}:", f"{name}：不是 TOML"))
    assert told in fault


BYTES = {
    "empty": (b"", "catalogue.toml version：缺这一项"),
    "gb18030": (FILES[MATERIALS].encode("gb18030"), "materials.toml:3：不是 UTF-8 文字，像是 GB18030：请另存为 UTF-8"),
    "utf-16": (FILES[MATERIALS].encode("utf-16"), "materials.toml:1：不是 UTF-8 文字，像是 UTF-16：请另存为 UTF-8"),
    "utf-16 without its mark": (
        FILES[MATERIALS].encode("utf-16-le"),
        "materials.toml:3：不是 UTF-8 文字，像是 UTF-16：请另存为 UTF-8",
    ),
    "ascii in utf-16": (
        "x = 1\n".encode("utf-16-be"),
        "materials.toml：不是 UTF-8 文字，像是 UTF-16：请另存为 UTF-8",
    ),
    "cut inside a character": (
        FILES[MATERIALS].encode()[:-9] + b"\xe5\x8c",
        "materials.toml:17：不是 UTF-8 文字：文件坏了或被截断，请重新导出",
    ),
    "an archive": (b"PK\x03\x04" + bytes(40) + b"\xff" * 9, "materials.toml:1：不是 UTF-8 文字，像是 UTF-16"),
    "huge": (b"#" * (MOST_BYTES + 1), "materials.toml：文件太大（4 MB），最多 4 MB：请分成几个文件"),
}


@pytest.mark.parametrize("kind", [kind for kind in BYTES if kind != "empty"])
def test_a_file_of_other_bytes_is_one_fault(folder, kind):
    content, told = BYTES[kind]
    (folder / MATERIALS).write_bytes(content)
    assert told in only_fault(folder)


@pytest.mark.parametrize("name", [HEAD, MATERIALS])
def test_a_missing_file_is_one_fault(folder, name):
    (folder / name).unlink()
    assert only_fault(folder) == f"{name}：打不开这个文件"


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_link_in_a_circle_is_one_fault(folder):
    (folder / B05).unlink()
    (folder / B05).symlink_to(folder / B05)
    (folder / PACKAGE).unlink()
    assert only_fault(folder) == f"{B05}：打不开这个文件"


def test_a_folder_in_place_of_a_file_is_one_fault(folder):
    (folder / HEAD).unlink()
    (folder / HEAD).mkdir()
    assert only_fault(folder) == "catalogue.toml：打不开这个文件"


def test_a_folder_that_is_not_there_is_refused_by_one_sentence(tmp_path):
    answer = clerk("catalogue", "lint", str(tmp_path / "nothing"), "--json")
    assert answer.code == 1


def test_an_empty_head_names_each_key_it_lacks(folder):
    (folder / HEAD).write_bytes(b"")
    with pytest.raises(BadCatalogue) as refusal:
        load_catalogue(folder)
    assert [fault.text for fault in refusal.value.data["faults"]] == [
        f"{HEAD} {key}：缺这一项" for key in ("version", "region_short", "sample")
    ]


def test_a_byte_order_mark_is_no_fault(folder):
    (folder / HEAD).write_bytes(b"\xef\xbb\xbf" + FILES[HEAD].encode())
    assert load_catalogue(folder).version == "2026-11-21"


def test_a_file_whose_name_is_mistyped_is_warned_of(folder):
    (folder / LICENCES).rename(folder / "licenses.toml")
    (folder / MATERIALS).write_text(FILES[MATERIALS].replace('licence = "business_licence"\n', ""), encoding="utf-8")
    (folder / FIELDS).write_text(FILES[FIELDS].replace('"licence:business_licence.credit_code", ', "").replace(
        'sources = ["licence:business_licence.name"]\n', ""), encoding="utf-8")  # fmt: skip
    assert [warning.text for warning in read_catalogue(folder)[1]] == ["licenses.toml：不是目录的文件，没有读"]


# ---- characters -------------------------------------------------------------------------------------------------

WORDS = ("食品经营许可", "联通", "中文说明", "居民身份证", "不动产登记证明")


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize(("written", "read"), [("utf-8", "gb18030"), ("utf-8", "latin-1"), ("gb18030", "latin-1"),
                                              ("gb18030", "utf-8"), ("utf-8", "cp1252")])  # fmt: skip
def test_a_word_read_in_the_wrong_encoding_is_noticed(word, written, read):
    assert unsound(word.encode(written).decode(read, "replace"))


def test_what_people_write_is_sound():
    shipped = [path.read_text(encoding="utf-8") for path in SHIPPED.rglob("*.toml")]
    assert [found for text in shipped if (found := unsound(text))] == []
    assert unsound("㐀𠮷𬱖·—…“”《》〔2020〕①㎡℃ café naïve “联通”\t\r\n１２") is None


def test_every_common_ideograph_is_sound_in_company():
    assert unsound("".join(chr(code) for code in range(0x4E00, 0x9FA6) if chr(code) not in "锟锛銆鈥烫屯")) is None
