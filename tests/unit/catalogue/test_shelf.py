"""The catalogues of a desk: the one in force, the earlier ones, and what a compiled file is worth."""

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from clerk_app.bootstrap import create_store, make_desk, make_shelf
from clerk_app.catalogue.compiled import NotCompiled, compile_catalogue, data_of, open_compiled
from clerk_app.catalogue.files import DataFiles, FolderFiles
from clerk_app.catalogue.loader import SHIPPED, read_files
from clerk_app.catalogue.readings import make_readings, names_of
from clerk_app.catalogue.shelf import FOLDER
from clerk_app.catalogue.workbook.write import write_workbook
from clerk_app.domain.merge import merge
from clerk_app.errors import CatalogueDamaged, NoSuchMatter, NoSuchVersion, VersionTaken
from clerk_app.services import drafts
from clerk_app.services.find import Finder
from clerk_app.services.papers import render_document
from clerk_app.services.shipped import shipped_catalogue
from clerk_app.services.take_in import primary_outcome, take_in
from clerk_app.store.folder import DataFolder
from tests.helpers.catalogues import FILES, write_catalogue
from tests.helpers.commands import clerk
from tests.helpers.intake import CHEAP, CLERK, PASSWORD, completed, ready_draft, sign_in_clerk


def read(folder, version="1", **changes):
    """The small catalogue under a version, with texts replaced in all of its files."""
    files = {name: text.replace("2026-11-21", version) for name, text in FILES.items()}
    for before, after in changes.items():
        files = {name: text.replace(before, after) for name, text in files.items()}
    return read_files(FolderFiles(write_catalogue(folder / f"source-{version}-{len(changes)}", files)))


@pytest.fixture
def place(tmp_path):
    (tmp_path / "data").mkdir()
    return DataFolder(tmp_path / "data", tmp_path / "state")


@pytest.fixture(scope="module")
def sample():
    return read_files(FolderFiles(SHIPPED))


@pytest.fixture(scope="module")
def compiled(sample, tmp_path_factory):
    path = tmp_path_factory.mktemp("compiled") / "a.catalogue"
    path.write_bytes(compile_catalogue(sample, make_readings(names_of(sample.catalogue.listed()))))
    return path


# ---- the compiled file ------------------------------------------------------------------------------------------


def test_a_compiled_catalogue_is_the_catalogue_it_was_made_of(sample, compiled):
    opened, whole = open_compiled(compiled), sample.catalogue
    assert (opened.version, opened.label) == (whole.version, whole.label)
    for part in ("matters", "packages", "situations", "materials", "groups", "licence_kinds"):
        assert list(getattr(opened, part)) == list(getattr(whole, part)), part
    assert opened.listed() == whole.listed()
    assert opened.matter("p31") == whole.matter("P31")
    assert list(data_of(compiled).items()) == list(sample.data.items())


def test_a_matter_is_made_once_and_a_strange_code_is_refused(compiled):
    opened = open_compiled(compiled)
    assert opened.matter("P31") is opened.matter("P31")
    with pytest.raises(NoSuchMatter):
        opened.matter("P99")


def test_the_search_finds_in_a_compiled_catalogue_what_it_finds_in_its_files(sample, compiled):
    opened = open_compiled(compiled)
    lazily = Finder(lambda: opened, dict, dict)
    wholly = Finder(lambda: sample.catalogue, lambda: make_readings(names_of(sample.catalogue.listed())), dict)
    for text in ("", "juzhuzheng", "kfdian", "老人卡", "P31", "居住登记", "赞住证", "登记 居住", "zanzhuxheng"):
        assert lazily.search(text) == wholly.search(text)
        assert lazily.search(text, channel="home", audience="old") == wholly.search(
            text, channel="home", audience="old"
        )
    assert lazily.matters("P31")[0] == sample.catalogue.matter("P31")


def test_the_search_itself_opens_no_matter_and_reads_no_name_again(compiled, monkeypatch):
    opened = open_compiled(compiled)
    monkeypatch.setattr("clerk_app.catalogue.compiled.build_matter", None)
    monkeypatch.setattr("clerk_app.catalogue.search_texts.reading_of", None)
    finder = Finder(lambda: opened, dict, lambda: {"P32": 9})
    assert finder.search("juzhu")[0].item.code == "P32"


def test_a_package_of_a_compiled_catalogue_merges_as_from_its_files(sample, compiled):
    def merged(catalogue):
        package = catalogue.package("PK01")
        return merge(package, catalogue.children(package), {}, {child.matter for child in package.children})

    assert merged(open_compiled(compiled)) == merged(sample.catalogue)


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\x00" + bytes(200)])
def test_what_is_no_compiled_catalogue_is_refused(tmp_path, content):
    path = tmp_path / "a.catalogue"
    path.write_bytes(content)
    with pytest.raises(NotCompiled):
        open_compiled(path)


# ---- the shelf --------------------------------------------------------------------------------------------------


def test_without_any_other_the_shipped_catalogue_is_in_force(place):
    shelf = make_shelf(place)
    assert (shelf.current(), shelf.in_force, shelf.kept) == (shipped_catalogue(), None, ())


def test_a_new_catalogue_is_in_force_at_once_for_everybody_and_the_earlier_ones_stay(place, tmp_path):
    looking, writing = make_shelf(place), make_shelf(place)
    writing.put(read(tmp_path, "1"), "imported")
    assert looking.current().version == "1"
    writing.put(read(tmp_path, "2", 门头="店面"), "imported")
    assert looking.current().version == "2"
    assert looking.current() is looking.current()
    assert looking.version("1").situations[0].question == "有没有门头招牌？"
    assert looking.version("2").situations[0].question == "有没有店面招牌？"
    assert looking.version(shipped_catalogue().version) is shipped_catalogue()
    with pytest.raises(NoSuchVersion):
        looking.version("3")


def test_an_earlier_catalogue_can_be_put_in_force_again(place, tmp_path):
    shelf = make_shelf(place)
    for version in ("1", "2", "1"):
        shelf.put(read(tmp_path, version), "imported")
    assert (shelf.current().version, [kept.version for kept in shelf.kept]) == ("1", ["2", "1"])


@pytest.mark.parametrize("version", ["1", shipped_catalogue().version])
def test_another_content_under_a_version_that_was_used_is_refused(place, tmp_path, version):
    shelf = make_shelf(place)
    shelf.put(read(tmp_path, "1"), "imported")
    with pytest.raises(VersionTaken):
        shelf.put(read(tmp_path, version, 门头="店面"), "imported")
    assert shelf.current().situations[0].question == "有没有门头招牌？"


@pytest.mark.parametrize("spoil", ["missing", "flipped", "cut"])
def test_a_damaged_catalogue_is_told_and_can_be_put_in_force_again(place, tmp_path, spoil):
    make_shelf(place).put(read(tmp_path, "1"), "imported")
    (path,) = (place.path / FOLDER).glob("*.catalogue")
    content = path.read_bytes()
    path.unlink()
    if spoil != "missing":
        middle = len(content) // 2
        path.write_bytes(content[:middle] + (b"?" + content[middle + 1 :] if spoil == "flipped" else b""))
    shelf = make_shelf(place)
    assert not shelf.is_whole()
    with pytest.raises(CatalogueDamaged) as told:
        shelf.current()
    assert told.value.data["version"] == "1"
    shelf.put(read(tmp_path, "1"), "imported")
    assert shelf.is_whole()


@pytest.mark.parametrize("note", ["", "{}", "[]", '{"in_force": "x", "kept": []}'])
def test_a_damaged_note_is_told(place, tmp_path, note):
    make_shelf(place).put(read(tmp_path, "1"), "imported")
    (place.path / FOLDER / "shelf.json").write_text(note)
    with pytest.raises(CatalogueDamaged):
        make_shelf(place).current()


def as_the_first_version_wrote_it(path):
    """Turn a compiled file into one of the first format, which held nothing for the search but the readings."""
    with closing(sqlite3.connect(path)) as base:
        base.executescript(
            """
            CREATE TABLE old (position INTEGER PRIMARY KEY, kind, code UNIQUE, name, aliases, channels, audiences);
            INSERT INTO old SELECT position, kind, code, name, aliases, channels, audiences FROM items;
            DROP TABLE items; DROP TABLE texts; DROP TABLE sets;
            ALTER TABLE old RENAME TO items;
            PRAGMA user_version = 1;
            """
        )


def test_a_catalogue_of_an_earlier_format_is_written_anew_and_stays_what_it_was(place, tmp_path):
    shelf = make_shelf(place)
    for version in ("1", "2"):
        shelf.put(read(tmp_path, version), "imported")
    note = json.loads((place.path / FOLDER / "shelf.json").read_bytes())
    for kept in note["kept"]:
        path = place.path / FOLDER / f"{kept['id']}.{kept.pop('format')}.catalogue"
        as_the_first_version_wrote_it(path)
        kept["digest"] = hashlib.sha256(path.read_bytes()).hexdigest()
        path.rename(place.path / FOLDER / f"{kept['id']}.catalogue")
    (place.path / FOLDER / "shelf.json").write_text(json.dumps(note))
    opened = make_shelf(place)
    assert (opened.data(), opened.version("1").version) == (shelf.data(), "1")
    assert opened.kept == shelf.kept
    found = [Finder(one.current, dict, dict).search("kaiban") for one in (opened, shelf)]
    assert found[0] == found[1] != []
    assert len(list((place.path / FOLDER).glob("*.catalogue"))) == 2


# ---- what a case begins with ------------------------------------------------------------------------------------


def renewed(sample, version, law):
    """The sample under another version, with another legal basis of P31."""
    data = json.loads(json.dumps(sample.data))
    data["catalogue.toml"]["version"] = version
    data["matters/P31.toml"]["by_law"] = law
    return read_files(DataFiles(data))


def test_drafts_and_papers_keep_the_catalogue_they_began_with(place, sample):
    with create_store(place, clerk=CLERK, name="王例", password=PASSWORD, practice=True, cost=CHEAP) as store:
        desk = make_desk(store)
        me = sign_in_clerk(desk, seal_at_hand=True)
        old = ready_draft(desk, me, "P31")
        make_shelf(place).put(renewed(sample, "2027-01-01", "《新例法》第一条"), "imported")
        new = ready_draft(desk, me, "P31")
        assert [old.matter_version, new.matter_version] == [shipped_catalogue().version, "2027-01-01"]
        old = completed(desk, me, drafts.load_draft(desk, me, old.id))
        numbers = [take_in(desk, me, draft, primary_outcome(desk, me, draft)).number for draft in (old, new)]
        assert [store.reads.fold(f"case/{number}").state.intake.matter.version for number in numbers] == [
            old.matter_version,
            new.matter_version,
        ]
        laws = [drafts.matter_of(desk, draft).by_law for draft in (old, new)]
        assert laws == [shipped_catalogue().matter("P31").by_law, "《新例法》第一条"]
        assert all(render_document(desk, number, "acceptance_notice") for number in numbers)
        assert desk.search.matters("P31")[0].by_law == "《新例法》第一条"


# ---- the command ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def practice(tmp_path_factory):
    folder = tmp_path_factory.mktemp("practice")
    place = DataFolder(folder / "data", folder / "state")
    with create_store(place, clerk=CLERK, name="王例", password=PASSWORD, practice=True, cost=CHEAP):
        return folder


def test_import_previews_then_imports_whole_and_refuses_a_broken_file_without_a_change(practice, tmp_path):
    file, broken = tmp_path / "清单.xlsx", tmp_path / "坏.xlsx"
    file.write_bytes(write_workbook(read(tmp_path, "1").data))
    broken.write_bytes(file.read_bytes()[:-200])
    where = ("--data", practice / "data", "--json")
    shown = clerk("catalogue", "import", file, "--preview", *where).json
    assert (shown["imported"], shown["version"]) == (False, "1")
    assert {change["kind"] for change in shown["changes"]} >= {"added", "removed"}
    assert not (practice / "data" / FOLDER).exists()
    assert clerk("catalogue", "import", file, *where).json["imported"]
    note = (practice / "data" / FOLDER / "shelf.json").read_bytes()
    refused = clerk("catalogue", "import", broken, *where)
    assert (refused.code, refused.json["error"]["code"]) == (1, "bad_catalogue")
    assert (practice / "data" / FOLDER / "shelf.json").read_bytes() == note
    again = clerk("catalogue", "import", file, "--preview", "--data", practice / "data")
    assert again.out.strip().startswith("目录 1 版可以导入：新增 0，修改 0，删除 0。")


def test_commands_read_the_catalogue_in_force_at_this_desk_unless_one_is_named(place, tmp_path):
    make_shelf(place).put(read(tmp_path, "1"), "imported")
    here = ("--data", place.path, "--json")
    found = clerk("catalogue", "search", "kaiban", *here).json
    assert (found["version"], [hit["name"] for hit in found["hits"]]) == ("1", ["开办例店一件事"])
    merged = clerk("catalogue", "merge", "--package", "PK01", *here).json
    assert (merged["version"], merged["name"]) == ("1", "开办例店一件事")
    named = clerk("catalogue", "merge", SHIPPED, "--package", "PK01", *here).json
    assert named["version"] == shipped_catalogue().version
    counted = clerk("catalogue", "sources", *here).json
    assert (counted["version"], [one["code"] for one in counted["packages"]]) == ("1", ["PK01"])
    assert clerk("catalogue", "export", tmp_path / "a.xlsx", *here).code == 0
    again = clerk("catalogue", "import", tmp_path / "a.xlsx", "--preview", *here).json
    assert (again["version"], again["changes"]) == ("1", [])


def test_a_damaged_catalogue_in_force_is_told_by_a_command_that_reads_it(place, tmp_path):
    make_shelf(place).put(read(tmp_path, "1"), "imported")
    (path,) = (place.path / FOLDER).glob("*.catalogue")
    path.write_bytes(b"")
    told = clerk("catalogue", "merge", "--package", "PK01", "--data", place.path, "--json")
    assert (told.code, told.json["error"]["code"]) == (1, "catalogue_damaged")


def test_import_without_a_store_is_one_sentence(tmp_path):
    file = tmp_path / "清单.xlsx"
    file.write_bytes(write_workbook(read(tmp_path, "1").data))
    answer = clerk("catalogue", "import", file, "--data", tmp_path / "none", "--json")
    assert (answer.code, answer.json["error"]["code"]) == (1, "no_store")


def test_template_and_export_write_workbooks(tmp_path):
    for verb, name in (("template", "模板.xlsx"), ("export", "示例.xlsx")):
        assert clerk("catalogue", verb, tmp_path / name, "--json").json == {"file": str(tmp_path / name)}
    assert Path(tmp_path / "示例.xlsx").stat().st_size > Path(tmp_path / "模板.xlsx").stat().st_size
    assert clerk("catalogue", "template", tmp_path / "none" / "a.xlsx").code == 1
