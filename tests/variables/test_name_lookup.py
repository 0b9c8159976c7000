"""What names stand for: values, parts of them in JSON, items of loops, indexes of sets (V1)."""

import pytest

from octotui.variables.name_lookup import DEEPEST, Item, Lookup, items_in
from octotui.variables.syntax.names import Names
from octotui.variables.syntax.nodes import TooMuch
from octotui.variables.template import parse
from tests.variables.filling import filled, given


def lookup(values, notes=None):
    """A lookup whose values are filled in with names alone, as in `#{A}`."""
    found = Lookup(Names(values), lambda _, raw: found.find(raw[2:-1]) or raw, (notes or []).append)
    return found


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("#{T[Hello]}", "World"),
        ("#{T.Hello}", "World"),
        ("#{T.hello}", ""),
        ("#{T.Deep.Items[1].Name}", "Bread"),
        ("#{T[Deep][Items][0][Name]}", "Toast"),
        ("#{T.Deep.Items[7].Name}", "#{T.Deep.Items[7].Name}"),
        ("<#{T.Deep.Items[7]}>", "<>"),
        ("#{T.Deep.Items[x]}", "#{T.Deep.Items[x]}"),
        ("#{T.Deep}", '{"Items":[{"Name":"Toast"},{"Name":"Bread"}]}'),
        ("<#{T.Nothing}><#{T.Missing}><#{T.Nothing | ToUpper}>", "<><><>"),
        ("#{T.Yes} #{T.Price}", "True 15"),
        ("#{T.Override}", "explicit"),
        ("#{T.Own}", "World"),
        ("#{T[#{Prop}]}", "World"),
        ("#{Loose.Name} #{Loose.Price | Format C}", "t-shirt $15.00"),
        ("#{Bad.Name}", "#{Bad.Name}"),
        ("#{Number.Name}", "#{Number.Name}"),
        ("#{Built.World}", "Hello"),
        ("#{T [Deep] .Items [0] .Name}", "Toast"),
    ],
)
def test_v1_parts_of_values_in_json(text, wanted):
    values = {
        "T": '{"Hello": "World", "Deep": {"Items": [{"Name": "Toast"}, {"Name": "Bread"}]}, "Nothing": null,'
        ' "Yes": true, "Price": 15.00, "Override": "json", "Own": "#{T.Hello}"}',
        "T.Override": "explicit",
        "Prop": "Hello",
        "Loose": "{Name: 't-shirt', Price: 15.00}",
        "Bad": "{Name: NoQuotes}",
        "Number": "12",
        "Built": '{#{T.Hello}: "#{Prop}"}',
    }
    assert given(values, text) == wanted


def test_v1_a_value_within_itself_stays_and_is_told():
    found = filled("#{A}", A="a#{B}", B="b#{A}")
    assert found.text == "ab#{A}"
    assert found.unknown == ("A",)
    assert found.problems == ("The value of A is part of itself.",)


def test_v1_a_set_of_names_in_lower_case_has_its_items_in_lower_case():
    assert parse("#{each p in Port}#{p}#{/each}").fill({"port[web].number": "80"}).text == "web"


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("a, b", [Item("a"), Item(" b")]),
        ("", [Item("")]),
        ("[1, null, {a: 2}]", [Item("1"), Item(""), Item('{"a":2}')]),
        ("{a: 1, b: [2]}", [Item("a", "1"), Item("b", "[2]")]),
        ("[broken", [Item("[broken")]),
    ],
)
def test_v1_items_in_a_value(text, items):
    assert items_in(text) == items


def test_v1_a_value_wins_over_a_set_of_its_name_and_a_set_has_each_index_once():
    known = lookup({"P[Web].A": "1", "P[web].B": "2", "P[Mail].A": "3"})
    assert known.items_of("p") == [Item("Web", path="p[Web]"), Item("Mail", path="p[Mail]")]
    assert lookup({"P[Web]": "1", "P": "x,y"}).items_of("P") == [Item("x"), Item("y")]
    assert known.items_of("Nobody") == []


@pytest.mark.parametrize(
    ("path", "value"),
    [("P[Web].A", "1"), ("p[*].a", "1"), ("P[WEB]", "Web"), ("P[*]", "Web"), ("P", None), ("P[x]", None)],
)
def test_v1_an_index_stands_for_itself_and_a_star_for_the_first(path, value):
    assert lookup({"P[Web].A": "1", "P[Mail].A": "2"}).find(path) == value


def test_v1_a_star_that_is_an_index_itself_stands_for_itself():
    assert lookup({"P[Web].A": "1", "P[*].A": "2"}).find("P[*].A") == "2"


def test_v1_an_item_hides_a_value_and_a_turn_is_known_within_a_loop_alone():
    known = lookup({"i": "outer", "P[Web].Port": "80"})
    assert known.find("Octopus.Template.Each.Index") is None
    known.items, known.iteration = (
        {"i": Item("[5]"), "k": Item("a", "[7]"), "p": Item("Web", path="P[Web]")},
        (1, 2),
    )
    assert [known.find(path) for path in ("I", "i[0]", "k.Key", "k.Value[0]", "p", "p.Port")] == [
        *("[5]", "5", "a", "7", "Web", "80")
    ]
    assert known.find("Octopus.Template.Each.Index") == "1"
    assert known.find("octopus.template.each.last") == "True"


def test_v1_values_stand_at_most_so_deep_in_one_another():
    chain = {"v0": "end", **{f"v{n}": f"#{{v{n - 1}}}" for n in range(1, DEEPEST + 2)}}
    assert lookup(chain).find(f"v{DEEPEST}") == "end"
    with pytest.raises(TooMuch, match=f"{DEEPEST} deep"):
        lookup(chain).find(f"v{DEEPEST + 1}")
