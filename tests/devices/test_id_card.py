"""The four layouts of a card's text block, built here byte by byte from their tables."""

import contextlib
import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.identity import IdentityDocument
from devices.protocols import id_card
from devices.protocols.frames import FrameError
from tests.helpers.sam_bytes import RESIDENT, RESIDENT_ITEMS, text_block

HIGH_HALF = "\ud842"
"""The first unit of 𠮷."""

HMT = text_block(
    (0, "陈例港"),
    (30, "2"),
    (36, "19850101"),
    (52, "例省例州市甲县丁路3号"),
    (122, "999999198501010026"),
    (158, "例州市公安局"),
    (188, "20190901"),
    (204, "20240901"),
    (220, "H99999999"),
    (238, "02"),
    (248, "J"),
)
FOREIGN_2017 = text_block(
    (0, "EXAMPLE, ANNA MARIA"),
    (120, "2"),
    (122, "EXA999999920211"),
    (152, "EXA"),
    (158, "例安娜"),
    (188, "20180301"),
    (204, "20280229"),
    (220, "19850101"),
    (236, "01"),
    (240, "9999"),
    (248, "I"),
)
FOREIGN_2023 = text_block(
    (0, "例约翰"),
    (30, "1"),
    (32, "01"),
    (36, "19850101"),
    (52, "EXAMPLE, JOHN MAXIMILIAN ALEXANDER "),
    (122, "932682198501010017"),
    (158, "国家移民管理局"),
    (188, "20240101"),
    (204, "20340101"),
    (220, "FITZGERALD"),
    (242, "EXA"),
    (248, "Y"),
    (250, "123"),
)


def with_item(items, offset, text):
    return text_block(*[item for item in items if item[0] != offset], (offset, text))


def test_a_resident_card_is_read():
    assert id_card.parse_text(RESIDENT) == IdentityDocument(
        "resident_id",
        name="周例安",
        sex="male",
        ethnicity_code="01",
        ethnicity="汉",
        birth_date="1992-02-16",
        address="例省例州市甲县乙镇丙村12号",
        number="999999199202160010",
        number_valid=True,
        issuer="例州市公安局甲县分局",
        valid_from="2014-05-08",
        valid_until="2034-05-08",
    )


def test_a_hong_kong_macau_taiwan_permit_is_read():
    assert id_card.parse_text(HMT) == IdentityDocument(
        "hmt_permit",
        name="陈例港",
        sex="female",
        birth_date="1985-01-01",
        address="例省例州市甲县丁路3号",
        number="999999198501010026",
        number_valid=True,
        issuer="例州市公安局",
        valid_from="2019-09-01",
        valid_until="2024-09-01",
        permit_number="H99999999",
        issue_count="02",
    )


def test_a_foreigner_s_card_of_2017_is_read_and_a_day_that_never_was_is_no_date():
    assert id_card.parse_text(FOREIGN_2017) == IdentityDocument(
        "foreign_permanent_2017",
        name="例安娜",
        english_name="EXAMPLE, ANNA MARIA",
        sex="female",
        birth_date="1985-01-01",
        number="EXA999999920211",
        number_valid=True,
        valid_from="2018-03-01",
        valid_until="2028-02-29",
        nationality="EXA",
    )
    assert id_card.parse_text(FOREIGN_2017.replace("20280229".encode("utf-16-le"), "20290229".encode("utf-16-le"))) == (
        dataclasses.replace(id_card.parse_text(FOREIGN_2017), valid_until=None)
    )


def test_a_foreigner_s_card_of_2023_is_read_with_the_rest_of_a_long_name():
    assert id_card.parse_text(FOREIGN_2023) == IdentityDocument(
        "foreign_permanent_2023",
        name="例约翰",
        english_name="EXAMPLE, JOHN MAXIMILIAN ALEXANDER FITZGERALD",
        sex="male",
        birth_date="1985-01-01",
        number="932682198501010017",
        number_valid=True,
        issuer="国家移民管理局",
        valid_from="2024-01-01",
        valid_until="2034-01-01",
        nationality="EXA",
        issue_count="01",
    )


@pytest.mark.parametrize("mark", ["A", "X", "j", "0", "\0", "　", "\ud800"])
def test_an_unknown_type_mark_is_never_guessed(mark):
    assert id_card.parse_text(text_block(*RESIDENT_ITEMS, (248, mark))) == IdentityDocument("unknown")


@pytest.mark.parametrize("size", [0, 1, 255, 257, 512])
def test_a_block_of_another_size_is_an_unknown_document(size):
    assert id_card.parse_text((RESIDENT * 2)[:size]) == IdentityDocument("unknown")


def test_a_blank_card_has_nothing_on_it():
    assert id_card.parse_text(text_block()) == IdentityDocument("resident_id")


def test_long_term_validity():
    document = id_card.parse_text(with_item(RESIDENT_ITEMS, 204, "长期".ljust(8)))
    assert document.valid_until == "long_term"


@pytest.mark.parametrize(
    ("code", "sex"), [("0", "unknown"), ("1", "male"), ("2", "female"), ("9", "not_stated"), (" ", None), ("5", None)]
)
def test_the_sexes_of_the_standard(code, sex):
    assert id_card.parse_text(with_item(RESIDENT_ITEMS, 30, code)).sex == sex


def test_an_unknown_ethnic_group_is_shown_by_its_code():
    document = id_card.parse_text(with_item(RESIDENT_ITEMS, 32, "81"))
    assert (document.ethnicity_code, document.ethnicity) == ("81", "民族代码 81")


@pytest.mark.parametrize("raw", ["1992021", "1992 216", "19920230", "１９９２０２１６", "00000101", "abcdefgh"])
def test_what_is_no_date_is_absent(raw):
    assert id_card.parse_text(with_item(RESIDENT_ITEMS, 36, raw.ljust(8))).birth_date is None


def test_only_the_padding_is_stripped():
    document = id_card.parse_text(with_item(RESIDENT_ITEMS, 0, " 阿例古丽·例买提　"))
    assert document.name == " 阿例古丽·例买提　"


def test_a_wrong_number_is_kept_and_said_to_be_wrong():
    document = id_card.parse_text(with_item(RESIDENT_ITEMS, 122, "999999199202160011"))
    assert (document.number, document.number_valid) == ("999999199202160011", False)


@pytest.mark.parametrize(
    ("block", "right", "wrong"),
    [
        (HMT, "999999198501010026", "999999198501010027"),
        (FOREIGN_2017, "EXA999999920211", "EXA999999920214"),
        (FOREIGN_2017, "EXA999999920211", "EXA99999992021X"),
        (FOREIGN_2023, "932682198501010017", "832682198501010016"),
    ],
)
def test_every_kind_of_number_has_its_own_check(block, right, wrong):
    broken = block.replace(right.encode("utf-16-le"), wrong.encode("utf-16-le"))
    assert id_card.parse_text(broken).number_valid is False


def test_a_short_nationality_code_is_filled_up_in_a_number_of_2017():
    block = FOREIGN_2017.replace("EXA999999920211".encode("utf-16-le"), "D<<999999920215".encode("utf-16-le"))
    assert id_card.parse_text(block).number_valid is True


# ---- characters of two units ------------------------------------------------------------------------------------


def test_a_name_cut_inside_a_character_loses_the_half_and_says_so():
    document = id_card.parse_text(with_item(RESIDENT_ITEMS, 0, "例" * 14 + HIGH_HALF))
    assert document.name == "例" * 14
    assert document.truncated == ("name",)


def test_a_whole_character_of_two_units_is_kept():
    document = id_card.parse_text(with_item(RESIDENT_ITEMS, 0, "例𠮷" + "𬱖" * 6))
    assert document.name == "例𠮷" + "𬱖" * 6
    assert document.truncated == ()


def test_every_cut_item_is_named():
    items = with_item(RESIDENT_ITEMS, 0, "例" * 14 + HIGH_HALF)
    block = bytearray(items)
    block[120:122] = HIGH_HALF.encode("utf-16-le", "surrogatepass")
    block[186:188] = HIGH_HALF.encode("utf-16-le", "surrogatepass")
    assert id_card.parse_text(bytes(block)).truncated == ("name", "address", "issuer")


def test_a_character_over_the_border_of_a_continued_name_stays_whole():
    first, second = "𠮷".encode("utf-16-le")[:2], "𠮷".encode("utf-16-le")[2:]
    block = bytearray(FOREIGN_2023)
    block[120:122] = first
    block[220:222] = second
    document = id_card.parse_text(bytes(block))
    assert document.english_name == "EXAMPLE, JOHN MAXIMILIAN ALEXANDER𠮷ITZGERALD"
    assert document.truncated == ()


def test_private_codes_of_rare_characters_become_real_ones():
    document = id_card.parse_text(with_item(RESIDENT_ITEMS, 0, "例\ue863\ue816"))
    assert document.name == "例䶮𠂇"


# ---- the answers around the block -------------------------------------------------------------------------------


def test_the_text_is_cut_out_by_the_answer_s_own_lengths():
    assert id_card.text_of_base(bytes((1, 0, 4, 0)) + RESIDENT + bytes(1024)) == RESIDENT
    assert id_card.text_of_base(bytes((1, 0, 0, 0)) + RESIDENT) == RESIDENT
    assert id_card.text_of_base(bytes((0, 2, 0, 1)) + b"ABCDE") == b"AB"


@pytest.mark.parametrize("data", [b"", b"\x01", bytes((1, 0, 4, 0)) + RESIDENT, bytes((1, 0, 0, 0)) + RESIDENT[:-1]])
def test_lengths_that_promise_more_than_came_are_a_frame_error(data):
    with pytest.raises(FrameError):
        id_card.text_of_base(data)


def test_the_newest_address_is_added():
    document = id_card.with_newest_address(IdentityDocument("resident_id"), "例州市戊区".ljust(35).encode("utf-16-le"))
    assert document.newest_address == "例州市戊区"


def test_a_blank_newest_address_is_none_and_a_cut_one_is_named():
    before = IdentityDocument("resident_id", truncated=("name",))
    assert id_card.with_newest_address(before, " ".encode("utf-16-le") * 35).newest_address is None
    cut = ("例" * 34 + HIGH_HALF).encode("utf-16-le", "surrogatepass")
    assert id_card.with_newest_address(before, cut).truncated == ("name", "newest_address")


@pytest.mark.parametrize("size", [0, 8, 69, 71, 1288])
def test_a_newest_address_of_another_size_is_a_frame_error(size):
    with pytest.raises(FrameError):
        id_card.with_newest_address(IdentityDocument("resident_id"), bytes(size))


def test_the_sam_id_is_written_as_it_is_shown_everywhere():
    raw = bytes((5, 0, 1, 0)) + b"".join(n.to_bytes(4, "little") for n in (20121231, 1, 4294967295))
    assert id_card.format_sam_id(raw) == "05.01-20121231-0000000001-4294967295"
    with pytest.raises(FrameError):
        id_card.format_sam_id(raw[:-1])


@given(st.binary(min_size=256, max_size=256), st.sampled_from([" ", "J", "I", "Y", None]))
def test_any_block_gives_a_document_of_clean_text(block, mark):
    if mark:
        block = block[:248] + mark.encode("utf-16-le") + block[250:]
    document = id_card.parse_text(block)
    for value in dataclasses.astuple(document):
        if isinstance(value, str):
            value.encode("utf-8")
            assert value


@given(st.binary(max_size=2000))
def test_any_answer_data_gives_text_or_a_frame_error(data):
    with contextlib.suppress(FrameError):
        assert len(id_card.text_of_base(data)) <= len(data)
