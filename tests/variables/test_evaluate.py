"""What a text means once filled in, and where filling in ends (V1)."""

import pytest

from octotui.variables import evaluate
from octotui.variables.evaluate import fill, is_truthy
from octotui.variables.syntax.scanner import read
from octotui.variables.template import TemplateError, parse
from tests.variables.filling import filled, given


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", ""),
        ("plain # text ## } {", "plain # text ## } {"),
        ("#{Ship}", "kraken"),
        ("#{sHIP}", "kraken"),
        ("#{ Ship }", "kraken"),
        ("#{Ship\n}", "kraken"),
        ("a#{Ship}b#{Ship}c", "akrakenbkrakenc"),
        ("##{Ship}", "#{Ship}"),
        ("###{Ship}", "#kraken"),
        ("####{Ship}", "###{Ship}"),
        ("#####{Ship}", "###kraken"),
        ("##{Ship}#{Ship}##", "#{Ship}kraken##"),
        ("#{}", "#{}"),
        ("#{ }", "#{ }"),
        ("#{Nobody}", "#{Nobody}"),
        ("#{ Nobody . Knows }", "#{ Nobody . Knows }"),
        ("#{a/b}#{a~b}#{(abc)}#{a@b}", "1234"),
        ("#{With Spaces In It}", "spaced"),
        ("#{What's up?}", "nothing"),
        ("#{Outer}", "holds a kraken"),
        ("#{Step[Deploy it. (Now) #1 | {x}].Status}", "done"),
        ("#{Step[ Deploy it. (Now) #1 | {x} ] . Status}", "done"),
        ("#{Step[#{Which}].Status}", "done"),
        ("#{Step[ #{Which} ].Status}", "done"),
        ("#{Step[#{Pointer[#{One}]}].Status}", "done"),
        ("#{Step[#{Nobody}].Status}", "#{Step[#{Nobody}].Status}"),
        ("#{Package[box[0].image].Id}", "nested"),
        ("#{Step[*].Status}", "done"),
        ("#{Step[Deploy it. (Now) #1 | {x}]}", "Deploy it. (Now) #1 | {x}"),
        ("#{else where}", "#{else where}"),
    ],
)
def test_v1_names_are_filled_in(text, wanted):
    values = {
        "Ship": "kraken",
        "a/b": "1",
        "a~b": "2",
        "(abc)": "3",
        "a@b": "4",
        "With Spaces In It": "spaced",
        "What's up?": "nothing",
        "Outer": "holds a #{ship}",
        "Which": "Deploy it. (Now) #1 | {x}",
        "One": "one",
        "Pointer[one]": "#{Which}",
        "Step[Deploy it. (Now) #1 | {x}].Status": "done",
        "Package[box[0].image].Id": "nested",
    }
    assert given(values, text) == wanted


def test_v1_unknown_names_stay_and_are_told_once_each():
    found = filled("#{A} #{b} #{a} #{A | ToUpper} #{B[#{C}]} #{calc D + 1} #{Known}", Known="#{E}")
    assert found.text == "#{A} #{b} #{a} #{A | ToUpper} #{B[#{C}]} #{calc D + 1} #{E}"
    assert found.unknown == ("A", "b", "C", "D", "E")
    assert found.problems == ()


def test_v1_what_is_no_expression_in_a_value_stays_and_the_others_are_filled_in():
    found = filled("<#{A}>", A="#{B}\n#{if x} #{B}", B="b")
    assert found.text == "<b\n#{if x} b>"
    assert found.problems == (
        "In the value of A, line 2, column 1: `#{if x}` is never closed; it wants `#{/if}`."
        " It stays as it is written.",
    )


@pytest.mark.parametrize("false", ["", "0", "no", "NO", "false", "False", " no ", "\n"])
def test_v1_false_values(false):
    assert filled("#{if A}yes#{else}no#{/if}", A=false).text == "no"
    assert not is_truthy(false)


@pytest.mark.parametrize("true", ["true", "1", "yes", "x", "00", "falsely"])
def test_v1_true_values(true):
    assert filled("#{if A}yes#{else}no#{/if}", A=true).text == "yes"
    assert is_truthy(true)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("#{if T}y#{/if}", "y"),
        ("#{ if T }y#{/if}", "y"),
        ("#{IF T}y#{/IF}", "y"),
        ("#{if F}y#{/if}", ""),
        ("#{if Nobody}y#{else}n#{/if}", "n"),
        ("#{unless F}y#{else}n#{/unless}", "y"),
        ("#{unless T}y#{else}n#{/unless}", "n"),
        ("#{unless Nobody}y#{/unless}", "y"),
        ('#{if S == "sea"}y#{/if}', "y"),
        ('#{if S=="sea"}y#{/if}', "y"),
        ('#{if "sea" == S}y#{/if}', "y"),
        ('#{if S == "Sea"}y#{else}n#{/if}', "n"),
        ('#{if S != "Sea"}y#{/if}', "y"),
        ('#{if Nobody != "sea"}y#{/if}', "y"),
        ('#{if Nobody == ""}y#{/if}', "y"),
        ("#{if S == Other}y#{/if}", "y"),
        ("#{if S != Other}y#{else}n#{/if}", "n"),
        ('#{if S | ToUpper == "SEA"}y#{/if}', "y"),
        ("#{if S | ToUpper == Loud | ToUpper}y#{/if}", "y"),
        ("#{if S | Contains ea}y#{/if}", "y"),
        ('#{if S == \\"sea\\"}y#{/if}', "y"),
        ("#{if F}1#{elseif F}2#{elseif T}3#{elseif T}4#{else}5#{/if}", "3"),
        ("#{if F}1#{elseif F}2#{else}3#{/if}", "3"),
        ("#{if F}1#{elseif F}2#{/if}", ""),
        ("#{if T}#{if F}1#{else}#{S}#{/if}#{/if}", "sea"),
        ("#{if F}#{else}#{unless F}#{S}#{/unless}#{/if}", "sea"),
        ("#{if Nobody | ToUpper}y#{/if}", "#{if Nobody | ToUpper}y#{/if}"),
    ],
)
def test_v1_conditions(text, wanted):
    values = {"T": "True", "F": "False", "S": "sea", "Other": "sea", "Loud": "sEa"}
    assert given(values, text) == wanted


def test_v1_an_unknown_name_in_a_condition_is_empty_and_not_told():
    assert filled("#{if A}#{/if}#{each a in B}#{/each}").unknown == ()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("#{each i in List}#{i};#{/each}", "a; b;c;"),
        ("#{each i in Nobody}#{i}#{/each}", ""),
        ("#{each i in Empty}<#{i}>#{/each}", "<>"),
        ("#{each p in Port}#{p}=#{p.Number} #{/each}", "Web=80 Mail=25 "),
        ("#{each p in Port}#{each n in p.Names}#{p}#{n},#{/each}#{/each}", "Webw,Webx,Mailm,"),
        ("#{each p in Port}#{p.Nobody}#{/each}", "#{p.Nobody}#{p.Nobody}"),
        ("#{each n in Numbers}#{n}#{unless Octopus.Template.Each.Last}-#{/unless}#{/each}", "2-3-5"),
        ("#{each s in Sizes}#{s}:#{s.Value},#{/each}", "Small:11.5,Large:15.21,"),
        ("#{each s in Deep}#{s.Key} #{s.value.Why}#{/each}", "X-Large sold out"),
        ("#{each s in Rows}#{s.id}#{s[name]} #{/each}", "1a 2b "),
        ("#{each i in List | ToUpper}#{i};#{/each}", "A; B;C;"),
        (
            "#{each i in List}#{Octopus.Template.Each.Index}#{Octopus.Template.Each.First}"
            "#{Octopus.Template.Each.Last} #{/each}",
            "0TrueFalse 1FalseFalse 2FalseTrue ",
        ),
        ("#{each i in List}#{each List in Numbers}#{List}#{/each}#{i} #{/each}", "235a 235 b 235c "),
        ("#{each p in Port}#{if State[#{p}].Up}#{p}#{/if}#{/each}", "Mail"),
        ("#{each i in Numbers}#{calc i + Octopus.Template.Each.Index} #{/each}", "2 4 7 "),
        ("#{each i in Recursive}#{i.Name}#{/each}", "a; b;c"),
        ("#{EACH i IN List}#{I}#{/EACH}", "a bc"),
    ],
)
def test_v1_each(text, wanted):
    values = {
        "List": "a, b,c",
        "Empty": "",
        "Port[Web].Number": "80",
        "Port[Web].Names": "w,x",
        "Port[Mail].Number": "25",
        "Port[Mail].Names": "m",
        "State[Web].Up": "no",
        "State[Mail].Up": "yes",
        "Numbers": "[2,3,5]",
        "Sizes": '{"Small": "11.5", Large: 15.21}',
        "Deep": '{"X-Large": {"Why": "sold out"}}',
        "Rows": "[{id: 1, 'name': 'a'}, {id: 2, name: \"b\"}]",
        "Recursive[x].Name": "#{Semicolons}",
        "Semicolons": "a; b;c",
    }
    assert given(values, text) == wanted


def test_v1_a_missing_value_may_be_added_to():
    found = parse('#{Nobody | Append "x"}#{Nobody | Append "y" | ToUpper}#{Nobody | Null}').fill({})
    assert (found.text, found.unknown) == ("xY", ())


def test_v1_the_items_of_a_loop_are_gone_after_it_and_those_around_it_are_back():
    text = "#{each i in A}#{each i in B}#{i}#{/each}#{i}#{Octopus.Template.Each.Index} #{/each}#{i}"
    assert given({"A": "a,b", "B": "x,y"}, text) == "xya0 xyb1 #{i}"


def test_v1_a_tag_left_as_it_was_within_a_value_is_cut_from_that_value():
    assert given({"A": "<<#{Nobody}>>"}, "a long text before #{A}") == "a long text before <<#{Nobody}>>"


def test_v1_an_index_without_a_value_leaves_all_that_holds_it():
    found = filled("#{each i in A[#{B}]}x#{/each}#{A[#{B}]}", A="1")
    assert (found.text, found.unknown) == ("#{A[#{B}]}", ("B",))


LAUGHS = {"a0": "ha" * 50, **{f"a{level}": f"#{{a{level - 1}}}" * 10 for level in range(1, 12)}}
SILENCE = {"a0": "", **{f"a{level}": f"#{{a{level - 1}}}" * 10 for level in range(1, 12)}}
ROWS = {"list": "," * 5000, "x": "a\n" * 100_000}


def test_v1_values_that_repeat_values_end_at_the_bound_there_is():
    with pytest.raises(TemplateError, match="too much work"):
        parse("#{a11}").fill(LAUGHS)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("#{a11}", LAUGHS),
        ("#{a11}", SILENCE),
        ("#{each a in list}#{each b in list}#{each c in list}#{/each}#{/each}#{/each}", ROWS),
        ("#{each a in list}#{x}#{/each}", ROWS),
    ],
    ids=["laughs", "silence", "loops within loops", "repeats"],
)
def test_v1_too_much_work_is_told(text, values, monkeypatch):
    monkeypatch.setattr(evaluate, "MOST_WORK", evaluate.MOST_WORK >> 5)
    with pytest.raises(TemplateError, match=r"line 2, column \d+: This is too much work"):
        parse(f"\n {text}").fill(values)


@pytest.mark.parametrize(
    ("text", "values", "word"),
    [
        ("#{a5}#{a5}", LAUGHS, "longer than"),
        ("#{x | Indent 255}", ROWS, "longer than"),
        ("#{x | Replace a #{x}}", ROWS, "longer than"),
        ("#{v40}", {f"v{n}": f"#{{v{n - 1}}} " for n in range(41)}, "32 deep"),
        ("#{if a}" * 3000 + "#{/if}" * 3000, {"a": "1"}, "too deep"),
        ("#{calc " + "(" * 3000 + "1" + "+1)" * 3000 + "}", {}, "too deep"),
        ("#{a[" * 1000 + "b" + "]}" * 1000, {}, "too deep"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_v1_bounds_are_told_clearly(text, values, word):
    with pytest.raises(TemplateError) as raised:
        parse(f"\n {text}").fill(values)
    assert word in raised.value.sentence
    assert raised.value.line == 2


def test_v1_work_is_counted_for_the_whole_text_not_for_each_part(monkeypatch):
    monkeypatch.setattr(evaluate, "MOST_WORK", 20_000)
    text = "#{if a}#{a}#{/if}"
    assert fill(text * 10, read(text * 10), {"a": "1"}, None).text == "1" * 10
    with pytest.raises(TemplateError, match="too much work"):
        fill(text * 50, read(text * 50), {"a": "1"}, None)
