"""What holds of the merge of any package."""

from dataclasses import replace

from hypothesis import given, settings

from clerk_app.domain.conditions import may_apply
from clerk_app.domain.merge import merge
from clerk_app.domain.one_thing import OneThing, payload
from tests.unit.domain.made_packages import Made, made_packages

whole = settings(max_examples=200, deadline=None)


def asked(one: OneThing) -> set[str]:
    """Everything asked of the citizen: elements and materials by code."""
    return {item.field.code for item in one.fields} | {item.need.code for item in one.materials}


def brought(one: OneThing) -> set[str]:
    """Everything an earlier result brings to everybody who needs it."""
    return {item.code for item in one.products}


def relieved(one: OneThing) -> set[tuple[str, str]]:
    """Every relief granted for a material."""
    reliefs = ("deferrable", "promise", "by_card", "reusable")
    granted = {(item.need.code, word) for item in one.materials for word in reliefs if getattr(item.need, word)}
    return granted | {(item.need.code, "e_licence") for item in one.materials if item.need.e_licence is True}


@whole
@given(made_packages())
def test_the_order_in_which_children_are_listed_changes_nothing(made: Made):
    one = merge(made.package, made.matters, made.answers)
    shuffled = replace(made.package, children=tuple(made.shuffled(made.package.children)))
    matters = {code: made.matters[code] for code in made.shuffled(sorted(made.matters))}
    other = merge(shuffled, matters, made.answers)
    assert replace(other, package=made.package) == one


@whole
@given(made_packages())
def test_adding_a_matter_removes_nothing_but_what_it_brings(made: Made):
    chosen = made.some(made.optional)
    for added in made.optional:
        without = merge(made.package, made.matters, made.answers, chosen - {added})
        with_it = merge(made.package, made.matters, made.answers, chosen | {added})
        produces = made.matters[added].produces
        assert asked(without) - asked(with_it) <= produces.materials | produces.fields
        assert (asked(without) | brought(without)) <= (asked(with_it) | brought(with_it))
        assert with_it.days.parallel >= without.days.parallel


@whole
@given(made_packages())
def test_adding_a_matter_grants_nobody_a_relief(made: Made):
    """But where the one who was strict does not ask any more, since the added matter brings him the thing."""
    for added in made.optional:
        without = merge(made.package, made.matters, made.answers, set(made.optional) - {added})
        with_it = merge(made.package, made.matters, made.answers)
        unchanged = asked(without) - made.matters[added].produces.materials
        required = {item.need.code for item in without.materials if item.need.required}
        assert {item for item in relieved(with_it) if item[0] in unchanged & required} <= relieved(without)


@whole
@given(made_packages())
def test_every_child_gets_out_of_the_one_form_all_it_asks_for(made: Made):
    one = merge(made.package, made.matters, made.answers)
    values = {item.field.code: f"value of {item.field.code}" for item in one.fields}
    papers = {item.need.code: f"paper {item.need.code}" for item in one.materials}
    for step in one.steps:
        got = payload(one, step.matter.code, values, papers)
        own_fields = {field.code for field in step.matter.fields if may_apply(field.when, one.answers)}
        own_papers = {need.code for need in step.matter.materials if may_apply(need.when, one.answers)}
        assert set(got.values) | set(got.awaited_fields) == own_fields
        assert set(got.materials) | set(got.awaited_materials) == own_papers
        assert all(value == values[code] for code, value in got.values.items())
        assert not set(got.values) & set(got.awaited_fields)


@whole
@given(made_packages())
def test_nothing_is_asked_that_no_child_asks_for(made: Made):
    one = merge(made.package, made.matters, made.answers)
    assert {code for step in one.steps for code in (*step.fields, *step.materials)} == asked(one)
    for field in one.fields:
        assert field.needed_by == tuple(
            sorted(step.matter.code for step in one.steps if field.field.code in step.fields)
        )
    for material in one.materials:
        assert material.needed_by == tuple(
            sorted(step.matter.code for step in one.steps if material.need.code in step.materials)
        )


@whole
@given(made_packages())
def test_what_a_child_waits_for_an_earlier_one_that_takes_part_brings(made: Made):
    one = merge(made.package, made.matters, made.answers)
    takes_part = {step.matter.code: step for step in one.steps}

    def before(code: str) -> set[str]:
        near = set(takes_part[code].after)
        return near.union(*(before(other) for other in near))

    for step in one.steps:
        earlier = [made.matters[code].produces for code in before(step.matter.code)]
        there = {code for produces in earlier for code in (*produces.materials, *produces.fields)}
        assert {*step.awaited_fields, *step.awaited_materials} <= there
        assert not {*step.fields, *step.materials} & there
    for product in one.products:
        assert product.brought_by
        assert product.awaited_by


@whole
@given(made_packages())
def test_taking_an_answer_back_restores_everything_it_pruned(made: Made):
    full = merge(made.package, made.matters)
    assert not full.dropped
    pruned = merge(made.package, made.matters, made.answers)
    assert asked(pruned) | brought(pruned) <= asked(full) | brought(full)
    for code in made.answers:
        fewer = {other: answer for other, answer in made.answers.items() if other != code}
        back = merge(made.package, made.matters, fewer)
        assert asked(pruned) | brought(pruned) <= asked(back) | brought(back)
        assert {step.matter.code for step in pruned.steps} <= {step.matter.code for step in back.steps}
    assert merge(made.package, made.matters, {}) == full


@whole
@given(made_packages())
def test_the_one_thing_never_asks_for_more_than_its_children_one_by_one(made: Made):
    one = merge(made.package, made.matters, made.answers)
    for count in (one.field_count, one.material_count, one.visit_count, one.site_check_count):
        assert 0 <= count.after <= count.before
    assert one.days.parallel <= one.days.serial
    assert one.sourced <= one.field_count.after


@whole
@given(made_packages())
def test_a_child_never_begins_before_those_it_comes_after_have_ended(made: Made):
    one = merge(made.package, made.matters, made.answers)
    ends = {step.matter.code: step.ends for step in one.steps}
    for step in one.steps:
        assert all(ends[code] <= step.begins for code in step.after)
        assert step.ends == step.begins + step.matter.promised.days
        assert step.waits or step.begins == 0
    assert [code for level in one.order for code in level] == [step.matter.code for step in one.steps]
