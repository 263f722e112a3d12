"""The merge: several departments' matters as one form, one set of materials and one limit."""

from dataclasses import replace

import pytest

from clerk_app.domain.conditions import AnyOf, OneOf
from clerk_app.domain.elements import Column, Field, FieldGroup
from clerk_app.domain.fees import Fee
from clerk_app.domain.merge import merge
from clerk_app.domain.needs import Material
from clerk_app.domain.one_thing import Count, payload, ready
from clerk_app.domain.packages import Child
from clerk_app.domain.sources import source_of
from tests.unit.domain.builders import there
from tests.unit.domain.merging import (
    LIT,
    SIGN,
    WITH_SIGN,
    WITHOUT_SIGN,
    brings,
    by_code,
    group,
    in_situation,
    matter,
    need,
    package,
)

FIRM = group("g.E1", ("name", "credit_code"), position=1, sources={"name": "licence:business_licence.name"})
PERSON = group("g.P1", ("name", "number"), position=0)
FOOD = group("g.F1", ("area",), position=2)


def only(needs_of_two, code="M1"):
    """The one material two children ask for, each with a need of its own."""
    first, second = needs_of_two
    one = merge(
        package(Child("B01"), Child("B02")),
        by_code(matter("B01", needs=[need(code, **first)]), matter("B02", needs=[need(code, **second)])),
    )
    (item,) = one.materials
    return item


def names(one):
    return [item.need.code for item in one.materials]


# ---- the form ---------------------------------------------------------------------------------------------------


def test_an_element_two_children_ask_for_is_asked_once_and_knows_both():
    one = merge(
        package(Child("B01"), Child("B02")),
        by_code(matter("B01", groups=[FIRM]), matter("B02", groups=[FIRM, FOOD])),
    )
    assert [(item.field.code, item.needed_by) for item in one.fields] == [
        ("g.E1.name", ("B01", "B02")),
        ("g.E1.credit_code", ("B01", "B02")),
        ("g.F1.area", ("B02",)),
    ]
    assert one.field_count == Count(5, 3)


def test_the_one_form_has_its_groups_in_the_order_of_the_dictionary():
    one = merge(
        package(Child("B01"), Child("B02")),
        by_code(matter("B01", groups=[FOOD, FIRM]), matter("B02", groups=[FIRM, PERSON])),
    )
    assert [held.code for held in one.groups] == ["g.P1", "g.E1", "g.F1"]
    assert [field.code for held in one.groups for field in held.fields] == [item.field.code for item in one.fields]


def test_an_element_one_child_always_asks_is_on_the_form_whatever_the_situation_of_the_other():
    rare = in_situation(FIRM, WITH_SIGN)
    one = merge(
        package(Child("B01"), Child("B02"), situations=[SIGN]),
        by_code(matter("B01", groups=[rare], situations=[SIGN]), matter("B02", groups=[FIRM])),
    )
    assert [item.field.when for item in one.fields] == [None, None]
    assert one.groups[0].when is None


def test_an_element_asked_in_two_situations_is_on_the_form_in_either():
    one = merge(
        package(Child("B01"), Child("B02"), situations=[SIGN]),
        by_code(
            matter("B01", groups=[in_situation(FIRM, WITH_SIGN)], situations=[SIGN]),
            matter("B02", groups=[in_situation(FIRM, WITHOUT_SIGN)], situations=[SIGN]),
        ),
    )
    assert {item.field.when for item in one.fields} == {AnyOf((WITH_SIGN, WITHOUT_SIGN))}


def test_an_element_counts_as_sourced_by_what_fills_it_at_the_counter():
    late = group("g.X1", ("number",), position=9, sources={"number": "result:B09.number"})
    one = merge(package(Child("B01")), by_code(matter("B01", groups=[FIRM, late])))
    assert (one.field_count.after, one.sourced) == (3, 1)


def test_a_table_counts_by_data_element_and_not_by_row():
    columns = (
        Column("plate", "号牌", "text", sources=(source_of("licence:vehicle_licence.plate"),)),
        Column("bought", "购置日期", "date"),
    )
    vehicles = Field("g.V1.vehicles", "车辆", "table", columns=columns, min_rows=1)
    one = merge(
        package(Child("B01"), Child("B02")),
        by_code(
            matter("B01", groups=[FieldGroup("g.V1", "车辆", (vehicles,))]),
            matter("B02", groups=[FieldGroup("g.V1", "车辆", (vehicles,)), FOOD]),
        ),
    )
    assert (one.field_count, one.sourced) == (Count(5, 3), 1)


def test_a_licence_that_the_package_first_brings_fills_nothing_at_the_counter():
    paper = Material("N01", "营业执照", licence="business_licence")
    named = group("g.E1", ("name",), position=1, sources={"name": "licence:business_licence.name"})
    founding = matter("B01", groups=[named], produces=brings("N01", fields=("g.E1.credit_code",)))
    later = matter("B02", groups=[FIRM], needs=[need("N01", material=paper)])
    alone = merge(package(Child("B02")), by_code(later))
    assert (alone.sourced, alone.brought, alone.filled) == (1, 0, 1)
    both = merge(package(Child("B01"), Child("B02", after=("B01",))), by_code(founding, later))
    assert (both.field_count, both.sourced, both.brought, both.filled) == (Count(3, 1), 0, 1, 1)


def test_a_licence_that_is_handed_in_to_be_changed_is_there_already():
    paper = need("N01", material=Material("N01", "营业执照", licence="business_licence"))
    changing = matter("B02", groups=[FIRM], needs=[paper], produces=brings("N01"))
    later = matter("B12", groups=[FIRM], needs=[paper])
    assert merge(package(Child("B02"), Child("B12", after=("B02",))), by_code(changing, later)).sourced == 1


# ---- the materials ----------------------------------------------------------------------------------------------


def test_a_material_two_children_ask_for_is_handed_in_once_and_knows_both():
    item = only([{}, {}])
    assert (item.need.code, item.needed_by, item.need.copies) == ("M1", ("B01", "B02"), 1)


@pytest.mark.parametrize(
    ("first", "second", "key", "strictest"),
    [
        ({"deferrable": True}, {}, "deferrable", False),
        ({"deferrable": True}, {"deferrable": True}, "deferrable", True),
        ({"promise": True}, {}, "promise", False),
        ({"by_card": True}, {}, "by_card", False),
        ({"reusable": True}, {}, "reusable", False),
        ({"e_licence": True}, {"e_licence": True}, "e_licence", True),
        ({"e_licence": True}, {}, "e_licence", "partly"),
        ({"e_licence": True}, {"e_licence": "partly"}, "e_licence", "partly"),
        ({}, {}, "e_licence", False),
        ({"original": "none"}, {"original": "seen"}, "original", "seen"),
        ({"original": "kept"}, {"original": "seen"}, "original", "kept"),
        ({"required": False}, {}, "required", True),
        ({"required": False}, {"required": False}, "required", False),
        ({"copies": 3}, {"copies": 1}, "copies", 3),
        ({"copies": 3, "paper_required": True}, {"copies": 2, "paper_required": True}, "copies", 5),
        ({"copies": 3}, {"copies": 2, "paper_required": True}, "copies", 3),
        ({"copies": 1}, {"copies": 2, "paper_required": True}, "copies", 2),
        ({"paper_required": True}, {}, "paper_required", True),
        ({"deferrable": True, "defer_days": 5}, {"deferrable": True, "defer_days": 10}, "defer_days", 5),
        ({"when": WITH_SIGN}, {}, "when", None),
        ({"accepts": "产权证"}, {"accepts": "租赁合同"}, "accepts", "产权证；租赁合同"),
    ],
)
def test_of_two_needs_the_strictest_counts(first, second, key, strictest):
    assert getattr(only([first, second]).need, key) == strictest
    assert getattr(only([second, first]).need, key) == strictest or key == "accepts"


def test_who_could_do_without_a_material_does_not_tighten_what_another_one_requires():
    item = only([{"required": False, "deferrable": False}, {"deferrable": True}])
    assert (item.need.required, item.need.deferrable) == (True, True)


def test_where_matters_call_a_material_differently_the_word_of_the_dictionary_is_good_for_both():
    lease = Material("M1", "房屋租赁合同")
    item = only(
        [{"name": "房屋租赁合同或其他住所证明", "material": lease}, {"name": "租赁合同原件", "material": lease}]
    )
    assert item.need.name == "房屋租赁合同"


# ---- what comes before ------------------------------------------------------------------------------------------

REGISTER = matter("B04", days=0, groups=[PERSON], produces=brings("N01", fields=["g.E1.credit_code"]))
FOOD_LICENCE = matter("B05", days=8, groups=[FIRM, FOOD], needs=[need("N01"), need("N07")])


def test_what_an_earlier_result_brings_is_not_asked_but_waited_for():
    one = merge(package(Child("B04"), Child("B05", after=("B04",))), by_code(REGISTER, FOOD_LICENCE))
    assert names(one) == ["N07"]
    assert [(item.code, item.is_field, item.brought_by, item.awaited_by) for item in one.products] == [
        ("N01", False, ("B04",), ("B05",)),
        ("g.E1.credit_code", True, ("B04",), ("B05",)),
    ]
    step = there(one.step("B05"))
    assert (step.awaited_materials, step.awaited_fields) == (("N01",), ("g.E1.credit_code",))
    assert one.material_count == Count(2, 1)


def test_what_a_child_brings_that_nobody_waits_for_is_still_asked():
    one = merge(package(Child("B04"), Child("B05")), by_code(REGISTER, FOOD_LICENCE))
    assert names(one) == ["N01", "N07"]
    assert one.products == ()


def test_a_result_serves_those_far_behind_it_too():
    last = matter("B17", needs=[need("N01")])
    one = merge(
        package(Child("B04"), Child("B05", after=("B04",)), Child("B17", after=("B05",))),
        by_code(REGISTER, FOOD_LICENCE, last),
    )
    assert there(one.step("B17")).awaited_materials == ("N01",)


def test_one_child_waits_for_a_material_that_another_one_has_to_bring_now():
    beside = matter("B06", needs=[need("N01", deferrable=True)])
    one = merge(
        package(Child("B04"), Child("B05", after=("B04",)), Child("B06")), by_code(REGISTER, FOOD_LICENCE, beside)
    )
    item = next(item for item in one.materials if item.need.code == "N01")
    assert (item.needed_by, item.awaited_by, item.need.deferrable) == (("B06",), ("B05",), True)


def test_without_the_earlier_child_its_product_must_be_brought_and_nobody_waits():
    plan = package(Child("B04", when=WITHOUT_SIGN), Child("B05", after=("B04",)), situations=[SIGN])
    one = merge(plan, by_code(REGISTER, FOOD_LICENCE), {"q.sign": "有"})
    assert [(item.matter, item.reason) for item in one.dropped] == [("B04", "situation")]
    assert names(one) == ["N01", "N07"]
    assert not there(one.step("B05")).waits


def test_who_came_after_a_dropped_child_comes_after_those_before_it():
    middle = matter("B16", produces=brings("N20"))
    last = matter("B17", needs=[need("N01"), need("N20")])
    plan = package(
        Child("B04"), Child("B16", after=("B04",), optional=True), Child("B17", after=("B16",)), situations=[SIGN]
    )
    everything = merge(plan, by_code(REGISTER, middle, last))
    assert names(everything) == []
    without = merge(plan, by_code(REGISTER, middle, last), chosen=())
    assert there(without.step("B17")).after == ("B04",)
    assert names(without) == ["N20"]


# ---- days and clocks --------------------------------------------------------------------------------------------


def test_days_one_after_another_side_by_side_and_as_promised():
    one = merge(
        package(Child("B04"), Child("B05", after=("B04",)), Child("B06", after=("B04",)), promised=9),
        by_code(REGISTER, FOOD_LICENCE, matter("B06", days=3)),
    )
    assert (one.days.serial, one.days.parallel, one.days.promised) == (12, 8, 9)
    assert one.order == (("B04",), ("B05", "B06"))
    assert one.day_count == Count(12, 9)


def test_each_child_has_a_clock_of_its_own_that_begins_with_the_result_before_it():
    one = merge(
        package(Child("B01"), Child("B02", after=("B01",)), Child("B03", after=("B01", "B02"))),
        by_code(matter("B01", days=2), matter("B02", days=5), matter("B03", days=1)),
    )
    assert [(step.matter.code, step.begins, step.ends, step.waits) for step in one.steps] == [
        ("B01", 0, 2, False),
        ("B02", 2, 7, True),
        ("B03", 7, 8, True),
    ]


def test_a_child_may_begin_once_all_results_before_it_are_there():
    one = merge(
        package(Child("B01"), Child("B02"), Child("B03", after=("B01", "B02"))),
        by_code(matter("B01"), matter("B02"), matter("B03")),
    )
    assert [step.matter.code for step in ready(one, ())] == ["B01", "B02"]
    assert [step.matter.code for step in ready(one, ("B01",))] == ["B02"]
    assert [step.matter.code for step in ready(one, ("B01", "B02"))] == ["B03"]


def test_sites_are_looked_at_together_unless_one_waits_for_the_result_of_another():
    looked_at = [matter(code, site_check=True) for code in ("B01", "B02", "B03", "B04")]
    one = merge(
        package(Child("B01"), Child("B02"), Child("B03", after=("B01",)), Child("B04"), Child("B05")),
        by_code(*looked_at, matter("B05")),
    )
    assert one.site_checks == (("B01", "B02", "B04"), ("B03",))
    assert one.site_check_count == Count(4, 2)


# ---- situations and choice --------------------------------------------------------------------------------------

IS_LIT = OneOf("q.lit", ("发光",))
SIGNBOARD = matter(
    "B06",
    groups=[FIRM],
    needs=[need("N11"), need("N12", when=IS_LIT)],
    situations=[SIGN, LIT],
)
SHOP = package(Child("B05"), Child("B06", when=WITH_SIGN), situations=[SIGN])
SHOP_MATTERS = by_code(FOOD_LICENCE, SIGNBOARD)


def test_while_a_question_is_open_everything_that_hangs_on_it_counts():
    one = merge(SHOP, SHOP_MATTERS)
    assert names(one) == ["N01", "N07", "N11", "N12"]
    assert [step.certain for step in one.steps] == [True, False]
    assert one.materials[-1].need.when == IS_LIT


def test_an_answer_prunes_the_children_and_what_only_they_need():
    one = merge(SHOP, SHOP_MATTERS, {"q.sign": "没有"})
    assert [step.matter.code for step in one.steps] == ["B05"]
    assert names(one) == ["N01", "N07"]


def test_questions_come_in_the_order_of_asking_and_only_once_they_arise():
    assert [item.code for item in merge(SHOP, SHOP_MATTERS).situations] == ["q.sign"]
    assert [item.code for item in merge(SHOP, SHOP_MATTERS, {"q.sign": "有"}).situations] == ["q.sign", "q.lit"]
    assert [item.code for item in merge(SHOP, SHOP_MATTERS, {"q.sign": "没有"}).situations] == ["q.sign"]


def test_the_answer_to_a_question_that_no_longer_arises_does_not_count():
    said = {"q.sign": "有", "q.lit": "不发光"}
    assert names(merge(SHOP, SHOP_MATTERS, said)) == ["N01", "N07", "N11"]
    assert names(merge(SHOP, SHOP_MATTERS, {"q.lit": "不发光"})) == names(merge(SHOP, SHOP_MATTERS))


def test_what_hangs_on_a_question_that_is_ruled_out_is_not_needed():
    lit_only = package(Child("B05"), Child("B07", when=IS_LIT), situations=[SIGN, LIT])
    one = merge(lit_only, by_code(FOOD_LICENCE, matter("B07")), {"q.sign": "没有"})
    assert [step.matter.code for step in one.steps] == ["B05"]


def test_only_an_optional_child_can_be_left_out_by_choice():
    plan = package(Child("B05"), Child("B06", optional=True))
    assert [step.matter.code for step in merge(plan, SHOP_MATTERS).steps] == ["B05", "B06"]
    one = merge(plan, SHOP_MATTERS, chosen=())
    assert [step.matter.code for step in one.steps] == ["B05"]
    assert [(item.matter, item.reason) for item in one.dropped] == [("B06", "choice")]
    assert [step.matter.code for step in merge(plan, SHOP_MATTERS, chosen=("B06",)).steps] == ["B05", "B06"]


def test_a_package_of_which_nothing_is_left_is_empty():
    one = merge(package(Child("B06", when=WITH_SIGN), situations=[SIGN]), SHOP_MATTERS, {"q.sign": "没有"})
    assert (one.steps, one.fields, one.materials, one.days.serial, one.days.parallel) == ((), (), (), 0, 0)


# ---- beside -----------------------------------------------------------------------------------------------------


def test_visits_departments_and_fees():
    fee = Fee("工本费", 12, "例价〔2020〕1 号")  # type: ignore[arg-type]
    first = replace(matter("B01", department="市监"), visits=2, fees=(fee,))
    one = merge(
        package(Child("B02"), Child("B01"), Child("B03")),
        by_code(first, matter("B02", department="城管"), matter("B03", department="市监")),
    )
    assert one.departments == ("市监", "城管")
    assert one.visit_count == Count(4, 2)
    assert one.visit_count.saved == 2
    assert one.fees == (("B01", fee),)


def test_a_child_gets_out_of_the_one_form_what_it_asks_and_nothing_else():
    one = merge(package(Child("B04"), Child("B05", after=("B04",))), by_code(REGISTER, FOOD_LICENCE))
    values = {"g.P1.name": "周例安", "g.P1.number": "1", "g.E1.name": "例店", "g.F1.area": "80"}
    got = payload(one, "B05", values, {"N07": "scan"})
    assert got.values == {"g.E1.name": "例店", "g.F1.area": "80"}
    assert got.materials == {"N07": "scan"}
    assert (got.awaited_fields, got.awaited_materials) == (("g.E1.credit_code",), ("N01",))


def test_what_an_earlier_result_has_filled_by_then_is_handed_on():
    one = merge(package(Child("B04"), Child("B05", after=("B04",))), by_code(REGISTER, FOOD_LICENCE))
    got = payload(one, "B05", {"g.E1.credit_code": "91"}, {"N01": "licence"})
    assert got.values == {"g.E1.credit_code": "91"}
    assert got.materials == {"N01": "licence"}
    assert (got.awaited_fields, got.awaited_materials) == ((), ())


def test_who_takes_no_part_gets_nothing():
    one = merge(SHOP, SHOP_MATTERS, {"q.sign": "没有"})
    with pytest.raises(KeyError):
        payload(one, "B06", {}, {})
