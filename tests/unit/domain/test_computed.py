"""Sources as the catalogue writes them, and what is computed instead of asked."""

import json
from datetime import date

import pytest

from clerk_app.domain.computed import computed_value
from clerk_app.domain.sources import Source, source_of

TODAY = date(2026, 11, 22)
ROWS = json.dumps([{"name": "周例安", "wage": "3000.50"}, {"name": "林例秀", "wage": "1000"}])
NUMBER = "999999199202160010"


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("card:name", Source("card", "applicant", "name")),
        ("card@agent:number", Source("card", "agent", "number")),
        ("licence:business_licence.credit_code", Source("licence", "business_licence", "credit_code")),
        ("result:B04.credit_code", Source("result", "B04", "credit_code")),
        ("computed:age(g.P1.birth_date)", Source("computed", "age", "", ("g.P1.birth_date",))),
        ("computed:sum(g.X1.a, g.X1.b)", Source("computed", "sum", "", ("g.X1.a", "g.X1.b"))),
        ("computed:today()", Source("computed", "today")),
    ],
)
def test_a_source_is_read_and_written_alike(text, source):
    assert source_of(text) == source
    assert source.text == text


@pytest.mark.parametrize(
    "text", ["", "card", "card:", "card@ghost:name", "licence:x", "result:B04", "computed:age", "default:1", "card:a b"]
)
def test_anything_else_is_no_source(text):
    with pytest.raises(ValueError):
        source_of(text)


@pytest.mark.parametrize(
    ("text", "answers", "value"),
    [
        ("age(g.a)", {"g.a": "1992-02-16"}, "34"),
        ("age(g.a)", {"g.a": "1992-11-22"}, "34"),
        ("age(g.a)", {"g.a": "1992-11-23"}, "33"),
        ("age(g.a)", {"g.a": "2027-01-01"}, ""),
        ("age(g.a)", {"g.a": "长期"}, ""),
        ("age(g.a)", {}, ""),
        ("birth_date(g.a)", {"g.a": NUMBER}, "1992-02-16"),
        ("birth_date(g.a)", {"g.a": NUMBER[:-1] + "1"}, ""),
        ("sex(g.a)", {"g.a": NUMBER}, "男"),
        ("sex(g.a)", {"g.a": "12"}, ""),
        ("same(g.a)", {"g.a": "例湖路"}, "例湖路"),
        ("same(g.a)", {"g.a": ""}, ""),
        ("sum(g.a, g.b)", {"g.a": "0.1", "g.b": "0.2"}, "0.3"),
        ("sum(g.a, g.b)", {"g.a": "0", "g.b": "0"}, "0"),
        ("sum(g.a, g.b)", {"g.a": "1"}, ""),
        ("sum(g.a, g.b)", {"g.a": "1", "g.b": "很多"}, ""),
        ("rows(g.a)", {"g.a": ROWS}, "2"),
        ("column_sum(g.a, wage)", {"g.a": ROWS}, "4000.50"),
        ("column_sum(g.a, shoe)", {"g.a": ROWS}, ""),
        ("column_sum(g.a, wage)", {"g.a": "no table"}, ""),
        ("today()", {}, "2026-11-22"),
    ],
)
def test_what_is_computed_and_that_nothing_is_guessed(text, answers, value):
    assert computed_value(source_of(f"computed:{text}"), answers, TODAY) == value


def test_a_name_that_is_not_in_the_table_is_refused():
    with pytest.raises(KeyError):
        computed_value(Source("computed", "guess"), {}, TODAY)


def test_who_was_born_on_the_29th_of_february_is_older_on_the_first_of_march():
    born = {"g.a": "1992-02-29"}
    assert computed_value(source_of("computed:age(g.a)"), born, date(2026, 2, 28)) == "33"
    assert computed_value(source_of("computed:age(g.a)"), born, date(2026, 3, 1)) == "34"
