"""A catalogue as a workbook: out and in again alike; every broken workbook is refused with one fault and its cell."""

import zipfile
from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from clerk_app.catalogue.changes import changes
from clerk_app.catalogue.files import FolderFiles
from clerk_app.catalogue.loader import SHIPPED, read_files
from clerk_app.catalogue.workbook import grid
from clerk_app.catalogue.workbook.layout import NOTES, SHEETS
from clerk_app.catalogue.workbook.read import read_workbook
from clerk_app.catalogue.workbook.write import write_workbook
from clerk_app.errors import BadCatalogue
from tests.helpers.catalogues import write_catalogue


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return read_files(FolderFiles(write_catalogue(tmp_path_factory.mktemp("small"))))


@pytest.fixture(scope="module")
def exported(small):
    return write_workbook(small.data)


@pytest.fixture
def file(tmp_path, exported):
    path = tmp_path / "实施清单.xlsx"
    path.write_bytes(exported)
    return path


def edit(path, change):
    """Change a workbook as a person would."""
    book = load_workbook(path)
    change(book)
    book.save(path)


def at(sheet, header, row=2):
    """The cell under a header."""
    return next(cell for cell in sheet[1] if cell.value == header).column, row


def write(title, header, value, row=2):
    def change(book):
        column, number = at(book[title], header, row)
        book[title].cell(number, column).value = value

    return change


def only_fault(paths):
    with pytest.raises(BadCatalogue) as refusal:
        read_files(read_workbook(paths))
    texts = [fault.text for fault in refusal.value.data["faults"]]
    assert len(texts) == 1, texts
    return texts[0]


@pytest.mark.parametrize("which", ["small", "shipped"])
def test_a_catalogue_written_as_a_workbook_is_read_back_alike(which, small, tmp_path):
    reading = small if which == "small" else read_files(FolderFiles(SHIPPED))
    path = tmp_path / "a.xlsx"
    path.write_bytes(write_workbook(reading.data))
    assert read_files(read_workbook([path])).catalogue == reading.catalogue


def test_a_workbook_read_back_changes_nothing_but_what_was_edited(small, file):
    edit(file, write("事项", "承诺办结时限", 7, row=3))
    edit(file, write("目录", "版本号", "2027-01-01"))
    found = changes(small.data, read_files(read_workbook([file])).data)
    # What a workbook always spells out, such as 否, is no change a person made, so only these two are about values.
    keys = [(item.code, field.key, field.before, field.after) for item in found for field in item.fields]
    assert ("", "version", "2026-11-21", "2027-01-01") in keys
    assert ("B05", "limits.promised", "8", "7") in keys
    assert {item.kind for item in found} == {"changed"}


def test_the_template_explains_every_column_and_is_no_catalogue_yet(tmp_path):
    path = tmp_path / "模板.xlsx"
    path.write_bytes(write_workbook({}))
    book = load_workbook(path)
    assert book.sheetnames == [NOTES, *(sheet.title for sheet in SHEETS)]
    explained = {(row[0].value, row[1].value) for row in book[NOTES].iter_rows() if len(row) > 1}
    assert {(sheet.title, column.header) for sheet in SHEETS for column in sheet.columns} <= explained
    assert "目录表里应正好有一行" in only_fault([path])


def test_a_text_that_looks_like_a_formula_is_exported_as_text(small, tmp_path):
    data = dict(small.data)
    data["catalogue.toml"] = {**data["catalogue.toml"], "label": "=1+1"}
    path = tmp_path / "a.xlsx"
    path.write_bytes(write_workbook(data))
    assert read_files(read_workbook([path])).catalogue.label == "=1+1"


def merge(book):
    book["事项"].merge_cells("B2:B3")


def drop_sheet(book):
    del book["材料"]


def drop_head(book):
    book["收费"].delete_rows(1)


def drop_column(book):
    book["收费"].delete_cols(3)


def twice_column(book):
    book["收费"].cell(1, 6).value = "收费依据"


def strange_column(book):
    book["收费"].cell(1, 6).value = "备注"


def loose_cell(book):
    book["收费"].cell(2, 9).value = "例"


def twice_row(book):
    sheet = book["事项"]
    sheet.append([cell.value for cell in sheet[2]])


def far_cell(book):
    book["收费"].cell(grid.MOST_ROWS + 1, 1).value = "x"


CHANGED = [
    (merge, "实施清单.xlsx 事项:3 B 列 事项名称：在合并的单元格 B2:B3 里：请取消合并，每一行都写", 2),
    (drop_sheet, "实施清单.xlsx：缺工作表“材料”", 1),
    (drop_head, "实施清单.xlsx 收费：找不到表头：前 10 行里应有一行写着 事项 收费项目 收费标准 收费依据", 1),
    (drop_column, "实施清单.xlsx 收费:1：缺“收费标准”这一列", 1),
    (twice_column, "实施清单.xlsx 收费:1 F 列：“收费依据”列重复", 1),
    (strange_column, "实施清单.xlsx 收费:1 F 列：不认识的列“备注”", 1),
    (loose_cell, "实施清单.xlsx 收费:2 I 列：这一列没有表头", 1),
    (twice_row, "实施清单.xlsx 事项:5 A 列 代码：事项 B04 重复，第一处在第 2 行", 1),
    (far_cell, "实施清单.xlsx 收费：太大：最多 100000 行、200 列，请删掉表格以外的空行空列", 1),
    (write("事项", "事项名称", "=A1"), "实施清单.xlsx 事项:2 B 列 事项名称：是公式：请复制后“选择性粘贴”为数值", 1),
    (write("事项", "事项名称", "#REF!"), "实施清单.xlsx 事项:2 B 列 事项名称：是错误值 #REF!", 1),
    (
        write("事项", "事项名称", date(2026, 1, 2)),
        "事项:2 B 列 事项名称：是日期：请把单元格格式改为文本，重新输入",
        1,
    ),
    (write("事项", "实施编码", 1199999900000001439999140000), "D 列 实施编码：是数字，后面的位数已经丢了", 1),
    (write("事项", "事项名称", None), "实施清单.xlsx 事项:2 B 列 事项名称：不能为空", 1),
    (
        write("事项", "事项名称", "绀轰緥鏁版嵁"),
        "事项:2 B 列 事项名称：第 1 个字：“绀轰緥鏁版嵁”是乱码",
        1,
    ),
    (write("事项", "事项名称", "例\ufffd"), "实施清单.xlsx 事项:2 B 列 事项名称：第 2 个字：有替换符 U+FFFD", 1),
    (write("事项", "事项名称", "例\ue863"), "第 2 个字：有私用区字符 U+E863：应写成 䶮", 1),
    (write("事项", "法定办结时限", "三十天"), "实施清单.xlsx 事项:2 L 列 法定办结时限：应是整数", 1),
    (write("事项", "法定办结时限", 30.5), "实施清单.xlsx 事项:2 L 列 法定办结时限：应是整数", 1),
    (write("事项", "承诺办结时限", 31), "实施清单.xlsx 事项:2 M 列 承诺办结时限：承诺时限比法定时限长", 1),
    (
        write("事项", "办件类型", "马上办"),
        "事项:2 J 列 办件类型：“马上办”不行：应是 即办件 承诺件 之一",
        1,
    ),
    (write("事项", "盖章受理", "也许"), "盖章受理：应是“是”或“否”", 1),
    (write("事项", "表单", "g.E1\ng.Q9", row=3), "实施清单.xlsx 事项:3 AB 列 表单：没有要素组 g.Q9", 1),
    (write("事项材料", "材料", "N99"), "B 列 材料：材料字典里没有 N99", 1),
    (write("事项材料", "事项", "B99"), "实施清单.xlsx 事项材料:2 A 列 事项：没有事项 B99", 1),
    (write("要素", "条件", "有招牌时"), "条件：应是一个条件，例：", 1),
    (write("要素", "来源", "gossip"), "来源：没有来源“gossip”", 1),
    (write("套餐事项", "在其后", "B06"), "先后次序成了圈：", 1),
    (write("收费", "收费标准", "十二元"), "实施清单.xlsx 收费:2 C 列 收费标准：应是写成文字的数", 1),
    (write("目录", "版本号", "二〇二六"), "实施清单.xlsx 目录:2 A 列 版本号：“二〇二六”不行", 1),
]


@pytest.mark.parametrize(("change", "told", "count"), CHANGED, ids=range(len(CHANGED)))
def test_one_thing_broken_is_one_fault_with_its_cell(file, change, told, count):
    edit(file, change)
    with pytest.raises(BadCatalogue) as refusal:
        read_files(read_workbook([file]))
    texts = [fault.text for fault in refusal.value.data["faults"]]
    assert len(texts) == count, texts
    assert any(told in text for text in texts), texts


def archive(**parts):
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, part in parts.items():
            packed.writestr(name.replace("__", "/") + ".xml", part)
    return content.getvalue()


BYTES = {
    "empty": (b"", "是空文件"),
    "no archive": ("事项,名称\n".encode(), "不是 xlsx 工作簿，或者文件坏了"),
    "old or locked": (b"\xd0\xcf\x11\xe0" + bytes(600), "是旧格式 xls 或加了密码的文件：请去掉密码，另存为 xlsx"),
    "another archive": (archive(word__document=b"<a/>"), "不是 xlsx 工作簿"),
    "a damaged part": (archive(xl__workbook=b"<workbook"), "工作簿坏了，读不出来：请在表格软件里打开后另存为 xlsx"),
    "a definition": (archive(xl__workbook=b'<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'), "工作簿里有外部定义，不安全"),
    "a bomb": (archive(xl__workbook=b"<a/>", xl__big=bytes(grid.MOST_UNPACKED + 1)), "解开后太大，最多 256 MB"),
}


@pytest.mark.parametrize("kind", BYTES)
def test_a_file_that_is_no_workbook_is_one_fault(file, kind):
    content, told = BYTES[kind]
    file.write_bytes(content)
    assert only_fault([file]).startswith(f"实施清单.xlsx：{told}")


def test_a_workbook_that_was_cut_is_one_fault(file):
    file.write_bytes(file.read_bytes()[:-400])
    assert only_fault([file]) == "实施清单.xlsx：不是 xlsx 工作簿，或者文件坏了"


def test_a_workbook_above_the_limit_is_not_even_read(file, monkeypatch):
    monkeypatch.setattr(grid, "MOST_BYTES", 1000)
    assert "文件太大" in only_fault([file])


def test_a_missing_workbook_is_one_fault(tmp_path):
    assert only_fault([tmp_path / "没有.xlsx"]) == "没有.xlsx：打不开这个文件"


# ---- text files -------------------------------------------------------------------------------------------------


@pytest.fixture
def texts(file, tmp_path):
    """The same catalogue as text files, one for each sheet; `save` writes them in an encoding."""
    book = load_workbook(file)

    def save(encoding, delimiter=",", suffix=".csv", spoil=lambda text: text):
        folder = tmp_path / f"texts-{encoding}"
        folder.mkdir()
        for sheet in book.worksheets:
            if sheet.title == NOTES:
                continue
            lines = [delimiter.join(quoted(cell) for cell in row) for row in sheet.iter_rows(values_only=True)]
            content = spoil("\r\n".join(lines)).encode(encoding)
            (folder / f"{sheet.title}{suffix}").write_bytes(content)
        return folder

    return save


def quoted(value):
    text = "" if value is None else str(value)
    return '"' + text.replace('"', '""') + '"'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_text_files_are_read_in_whatever_encoding_they_were_saved(texts, small, encoding):
    assert read_files(read_workbook([texts(encoding)])).catalogue == small.catalogue


def test_text_files_with_tabs_are_read(texts, small):
    assert read_files(read_workbook([texts("gb18030", "\t", ".txt")])).catalogue == small.catalogue


def test_a_text_file_saved_after_it_was_read_wrong_is_refused(texts):
    def spoil(text):
        return text.encode().decode("gb18030", "replace") if "例价" in text else text

    assert only_fault([texts("utf-8", spoil=spoil)]).startswith("收费.csv:1：第 ")


def test_a_text_file_with_a_lost_character_is_refused(texts):
    fault = only_fault([texts("utf-16", spoil=lambda text: text.replace("例价", "例\ufffd"))])
    assert fault.startswith("收费.csv:2：第 ")
    assert "（按 utf-16 读）有替换符 U+FFFD" in fault


def test_a_text_file_in_no_encoding_is_refused(texts):
    folder = texts("utf-8")
    (folder / "收费.csv").write_bytes(b"\xff\xff\x00")
    assert only_fault([folder]) == "收费.csv：认不出文字编码：请另存为 UTF-8、GB18030 或 UTF-16 文本"


def test_a_text_file_with_an_open_quotation_mark_is_refused(texts):
    folder = texts("utf-8")
    path = folder / "收费.csv"
    path.write_bytes(path.read_bytes()[:-1])
    assert only_fault([folder]) == "收费.csv：引号没有配对"


def test_a_folder_without_text_files_is_refused(tmp_path):
    (tmp_path / "空").mkdir()
    assert only_fault([tmp_path / "空"]) == "空：文件夹里没有 CSV 或 TXT 文件"


def test_a_sheet_of_another_name_is_warned_of(file):
    edit(file, lambda book: book.create_sheet("备忘"))
    assert [warning.text for warning in read_files(read_workbook([file])).warnings] == [
        "工作表 备忘：不是目录的文件，没有读"
    ]


def test_an_empty_workbook_lacks_each_sheet(tmp_path):
    path = tmp_path / "a.xlsx"
    Workbook().save(path)
    with pytest.raises(BadCatalogue) as refusal:
        read_workbook([path])
    assert [fault.reason for fault in refusal.value.data["faults"]] == [
        f"缺工作表“{sheet.title}”" for sheet in SHEETS if sheet.is_required
    ]
