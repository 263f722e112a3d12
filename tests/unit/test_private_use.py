"""Rare characters under private codes come back as what they are."""

import unicodedata

from clerk_app.domain.private_use import to_standard


def test_every_private_code_of_gbk_becomes_an_assigned_character():
    private = "".join(map(chr, range(0xE815, 0xE865)))
    standard = to_standard(private)
    assert len(set(standard)) == 80
    assert all(unicodedata.category(character) in ("Lo", "So") for character in standard)


def test_known_names_are_right():
    assert to_standard("\ue863\ue816\ue82c\ue864") == "䶮𠂇龷龻"


def test_other_characters_stay():
    assert to_standard("周例安·𬱖\ue814\ue865") == "周例安·𬱖\ue814\ue865"
