"""A small catalogue of invented matters, written as files, for tests that must not hang on the shipped sample."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from clerk_app.bootstrap import make_shelf
from clerk_app.catalogue.files import FolderFiles
from clerk_app.catalogue.loader import read_files
from clerk_app.store.folder import DataFolder

CATALOGUE = """\
version = "2026-11-21"
label = "示例数据"
region_short = "例州"
sample = true
"""

LICENCES = """\
[[licences]]
code = "business_licence"
name = "营业执照"
keys = ["name", "credit_code"]
"""

MATERIALS = """\
[[materials]]
code = "M01"
name = "居民身份证"
issuer = "政府核发"

[[materials]]
code = "N01"
name = "营业执照"
issuer = "政府核发"
licence = "business_licence"
where = "市场监管窗口"

[[materials]]
code = "N07"
name = "平面布局图"
issuer = "申请人自备"
sample = "按比例画出各功能区"
"""

SITUATIONS = """\
[[situations]]
code = "q.sign"
question = "有没有门头招牌？"
choices = ["有", "没有"]
why = "设招牌要向城管申请"

[[situations]]
code = "q.lit"
question = "招牌是否发光？"
choices = ["发光", "不发光"]
when = { field = "q.sign", values = ["有"] }
"""

FIELDS = """\
[[groups]]
code = "g.E1"
name = "企业"

[[groups.fields]]
code = "g.E1.name"
label = "企业名称"
type = "text"
sources = ["licence:business_licence.name"]
why = "确认申请人"

[[groups.fields]]
code = "g.E1.credit_code"
label = "统一社会信用代码"
type = "credit_code"
sources = ["licence:business_licence.credit_code", "result:B04.credit_code"]
why = "确认申请人"

[[groups]]
code = "g.F1"
name = "食品经营"

[[groups.fields]]
code = "g.F1.area"
label = "就餐面积"
type = "number"
unit = "平方米"
at_least = "1"
at_most = "100000"
why = "确定核查方式"

[[groups.fields]]
code = "g.F1.staff"
label = "从业人员"
type = "table"
min_rows = 1
columns = [{ key = "name", label = "姓名", type = "text" }, { key = "age", label = "年龄", type = "number" }]
why = "核对健康证"

[[groups.fields]]
code = "g.F1.staff_count"
label = "人数"
type = "number"
sources = ["computed:rows(g.F1.staff)"]
why = "核对健康证"

[[groups]]
code = "g.K1"
name = "招牌"

[[groups.fields]]
code = "g.K1.place"
label = "位置"
type = "text"
why = "核对位置"
"""

_MATTER = """\
code = "{code}"
name = "{name}"
implementation_code = "11999999000000014X3999914000014"
department = "例州区{short}局"
department_short = "{short}"
procedure = "licence"
by_law = "《例法》第一条"
kind = "promised"
channels = ["hall"]
presence = "agent_allowed"
expired_card = "note"
result = "许可证"
{extra}

[limits]
unit = "workday"
legal = 30
promised = {promised}

[handle]
window_power = "receive"
offline_power = "receive"
effect_when = "platform"
sealed_notice = false

[handle.effects.receive]
in_force = "收件有效"

{tables}
"""

NEEDS_LICENCE = """\
[[materials]]
code = "N01"
e_licence = true
"""


def matter_file(code: str, short: str, promised: int, extra: str, tables: str) -> str:
    """The text of a matter: `extra` are keys of the top table, `tables` what follows."""
    return _MATTER.format(code=code, name=f"例事项{code}", short=short, promised=promised, extra=extra, tables=tables)


MATTERS: Mapping[str, str] = {
    "B04": matter_file(
        "B04",
        "市监",
        1,
        'groups = ["g.E1"]',
        '[[materials]]\ncode = "M01"\nby_card = true\n\n'
        '[produces]\nmaterials = ["N01"]\nfields = ["g.E1.credit_code"]\n',
    ),
    "B05": matter_file(
        "B05",
        "市监",
        8,
        'groups = ["g.E1", "g.F1"]\nsite_check = true',
        NEEDS_LICENCE + '\n[[materials]]\ncode = "N07"\ndeferrable = true\ndefer_days = 5\n\n'
        '[[rules]]\nwhen = { field = "g.F1.area", at_least = "5000" }\nmessage = "面积超出受理范围"\n\n'
        '[[fees]]\nname = "工本费"\namount = "12.50"\nbasis = "例价〔2020〕1 号"\nreducible = true\n',
    ),
    "B06": matter_file(
        "B06",
        "城管",
        3,
        'situations = ["q.sign", "q.lit"]\n'
        'groups = ["g.E1", { group = "g.K1", when = { field = "q.sign", values = ["有"] } }]',
        NEEDS_LICENCE + '\n[[materials]]\ncode = "N07"\ncopies = 2\npaper_required = true\noriginal = "kept"\n'
        'when = { all = [{ field = "q.sign", values = ["有"] }, '
        '{ not = { field = "q.lit", values = ["不发光"] } }] }\n',
    ),
}

PACKAGE = """\
code = "PK01"
name = "开办例店一件事"
aliases = ["开例店"]
lead = "例州区市监局"
lead_short = "市监"
channels = ["hall"]
client = "firm"
situations = ["q.sign", "q.lit"]

[limits]
unit = "workday"
promised = 9

[[children]]
matter = "B04"

[[children]]
matter = "B05"
after = ["B04"]

[[children]]
matter = "B06"
after = ["B04"]
optional = true
when = { field = "q.sign", values = ["有"] }
"""

FILES: Mapping[str, str] = {
    "catalogue.toml": CATALOGUE,
    "licences.toml": LICENCES,
    "materials.toml": MATERIALS,
    "situations.toml": SITUATIONS,
    "fields.toml": FIELDS,
    **{f"matters/{code}.toml": text for code, text in MATTERS.items()},
    "packages/PK01.toml": PACKAGE,
}


FILE_ELEMENTS = """
[[groups]]
code = "g.A1"
name = "附图"

[[groups.fields]]
code = "g.A1.layout"
label = "场所布局图"
type = "file"
why = "各部门一起看现场"

[[groups.fields]]
code = "g.A1.view"
label = "效果图"
type = "file"
required = false
why = "对照招牌"
"""


def with_files(version: str = "2026-11-22") -> dict[str, str]:
    """The same catalogue, B05 and B06 with elements of type `file`."""
    asking = {code: FILES[f"matters/{code}.toml"].replace('["g.E1",', '["g.A1", "g.E1",') for code in ("B05", "B06")}
    return {
        **FILES,
        "catalogue.toml": CATALOGUE.replace("2026-11-21", version).replace("示例数据", "另一份示例"),
        "fields.toml": FIELDS + FILE_ELEMENTS,
        **{f"matters/{code}.toml": text for code, text in asking.items()},
    }


def put_in_force(data: DataFolder, folder: Path, files: Mapping[str, str]) -> None:
    """Write these files into `folder` and put them in force in a data folder, as an import does."""
    make_shelf(data).put(read_files(FolderFiles(write_catalogue(folder, files))), "imported")


def write_catalogue(folder: Path, files: Mapping[str, str] = FILES) -> Path:
    """Write the files into `folder` and return it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
