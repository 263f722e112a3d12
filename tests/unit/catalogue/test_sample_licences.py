"""The sample's electronic licences: they say what the catalogue's sources ask, by the keys of their kinds."""

import pytest

from clerk_app.domain.id_number import is_valid
from clerk_app.domain.licences import LicenceFinding, rows_said, said
from clerk_app.services.shipped import shipped_catalogue
from sync.hub.licences.load import sample_licences

CATALOGUE = shipped_catalogue()
LICENCES = sample_licences()
KINDS = {kind.code: kind for kind in CATALOGUE.licence_kinds}
FIRM = next(licence.holder for licence in LICENCES if licence.type == "transport_permit")
CREDIT_CODE_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_CODE_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)  # GB 32100-2015


def finding(holder, kind):
    kept_as = CATALOGUE.licence_type(kind)
    licence = next((one for one in LICENCES if (one.holder, one.type) == (holder, kept_as)), None)
    if licence is None:
        return LicenceFinding("none")
    return LicenceFinding(
        "valid",
        licence.number,
        licence.name,
        licence.issuer,
        licence.valid_from,
        licence.valid_until,
        licence.fields,
    )


def is_credit_code(text):
    total = sum(
        CREDIT_CODE_DIGITS.index(digit) * weight for digit, weight in zip(text[:17], CREDIT_CODE_WEIGHTS, strict=True)
    )
    return len(text) == 18 and CREDIT_CODE_DIGITS[(31 - total % 31) % 31] == text[17]


def test_every_holder_has_a_number_with_the_right_check_character():
    assert all(is_valid(licence.holder) or is_credit_code(licence.holder) for licence in LICENCES)


def test_a_holder_has_one_licence_of_a_type():
    kept = [(licence.holder, licence.type) for licence in LICENCES]
    assert len(set(kept)) == len(kept)


@pytest.mark.parametrize("licence", LICENCES, ids=lambda licence: f"{licence.type}-{licence.holder}")
def test_a_licence_says_only_what_its_kind_has(licence):
    material = next((one for one in CATALOGUE.materials if one.code == licence.type), None)
    kind = KINDS.get(licence.type if material is None else material.licence or "")
    if kind is None:
        assert not licence.fields  # a photo: looked at, not read
        return
    assert {key.partition(".")[0] for key in licence.fields} <= set(kind.keys)


def test_each_person_and_firm_of_the_issue_has_a_licence():
    assert {licence.type for licence in LICENCES} >= {
        *("N01", "N20", "M30", "N21", "transport_permit", "safety_certificate", "vehicle_registration"),
        *("M13", "M02", "M07", "M11", "M09", "M12"),
    }


def test_a_haulier_with_its_licence_types_only_what_no_licence_says():
    """Each source of PK12 that is an electronic licence has an answer, in each row of a table."""
    children = [CATALOGUE.matter(child.matter) for child in CATALOGUE.package("PK12").children]
    asked = 0
    for field in {field.code: field for matter in children for field in matter.fields}.values():
        for column in field.columns:
            for source in (source for source in column.sources if source.origin == "licence"):
                values = [row[source.key] for row in rows_said(finding(FIRM, source.of))]
                assert len(values) == 2, (field.code, column.key)
                assert all(values)
                asked += 1
        for source in (source for source in field.sources if source.origin == "licence"):
            assert said(finding(FIRM, source.of), source.key), (field.code, source.text)
            asked += 1
    assert asked > 50


def test_the_rows_of_one_firm_belong_together():
    vehicles, papers = rows_said(finding(FIRM, "vehicle_licence")), rows_said(finding(FIRM, "vehicle_registration"))
    drivers, qualified = rows_said(finding(FIRM, "driving_licence")), rows_said(finding(FIRM, "driver_qualification"))
    assert [row["plate"] for row in vehicles] == ["例A99001", "例A99002"]
    assert [row["axles"] for row in papers] == ["3", "2"]
    assert [row["name"] for row in drivers] == [row["name"] for row in qualified]
    assert all(is_valid(row["document_number"]) for row in drivers)


def test_one_licence_is_one_row_and_an_unavailable_library_says_nothing():
    assert rows_said(LicenceFinding("valid", fields={"plate": "例A1"})) == ({"plate": "例A1"},)
    assert rows_said(LicenceFinding("unavailable")) == ()
    assert said(LicenceFinding("unavailable"), "number") == ""
    assert said(LicenceFinding("valid", number="例 1"), "number") == "例 1"
