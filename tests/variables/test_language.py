"""What a text means once filled in, and what is said of broken ones (V1)."""

import subprocess
import sys

import pytest

from octotui.variables.language import Names, TemplateError, is_true, names, parse


def filled(text, now=None, **values):
    return parse(text).fill(Names({name.replace("__", "."): value for name, value in values.items()}), now)


def given(values, text):
    return parse(text).fill(Names(values)).text


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


def test_v1_a_value_within_itself_stays_and_is_told():
    found = filled("#{A}", A="a#{B}", B="b#{A}")
    assert found.text == "ab#{A}"
    assert found.unknown == ("A",)
    assert found.problems == ("The value of A is part of itself.",)


def test_v1_a_value_that_cannot_be_read_is_left_as_it_is():
    found = filled("<#{A}>", A="#{if x}")
    assert found.text == "<#{if x}>"
    assert found.problems == ("The value of A cannot be read: `#{if x}` is never closed; it wants `#{/if}`.",)


@pytest.mark.parametrize("false", ["", "0", "no", "NO", "false", "False", " no ", "\n"])
def test_v1_false_values(false):
    assert filled("#{if A}yes#{else}no#{/if}", A=false).text == "no"
    assert not is_true("#{A}", {"a": false})


@pytest.mark.parametrize("true", ["true", "1", "yes", "x", "00", "falsely"])
def test_v1_true_values(true):
    assert filled("#{if A}yes#{else}no#{/if}", A=true).text == "yes"
    assert is_true("#{A}", {"a": true})


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


def test_v1_a_set_of_names_in_lower_case_has_its_items_in_lower_case():
    assert parse("#{each p in Port}#{p}#{/each}").fill({"port[web].number": "80"}).text == "web"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("3+2", "5"),
        ("3-2", "1"),
        ("3 * 2", "6"),
        ("3/2", "1.5"),
        ("7 % 4", "3"),
        ("3*2+2*4", "14"),
        ("3*(2+2)*4", "48"),
        ("10-2-3", "5"),
        ("A+2", "7"),
        ("A + B", "12"),
        ("22 * A", "110"),
        ("A - 2", "3"),
        ("{A}-2", "3"),
        ("A-2", "99"),
        ("{Spaced out} * 2", "4"),
        ("(A + B) / 2", "6"),
        ("Offset[#{Which}] + 1", "181"),
        ("Offset[Second]+1", "181"),
        ("0.1+0.2", "0.30000000000000004"),
        ("1000000*1000000*1000000*1000", "1E+21"),
    ],
)
def test_v1_calc(text, wanted):
    values = {"A": "5", "B": "7", "A-2": "99", "Which": "Second", "Offset[Second]": "180", "Spaced out": "2"}
    assert given(values, f"#{{calc {text}}}") == wanted


@pytest.mark.parametrize("text", ["1/0", "5 % 0", "Nobody + 1", "Word + 1", "1.5 % 2"])
def test_v1_a_calculation_without_a_result_stays(text):
    assert given({"Word": "x"}, f"#{{calc {text}}}") == f"#{{calc {text}}}"


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


@pytest.mark.parametrize(
    ("text", "line", "column", "sentence"),
    [
        ("a\n  #{if x}\nb", 2, 3, "`#{if x}` is never closed; it wants `#{/if}`."),
        ("#{if x}a#{elseif y}b", 1, 9, "`#{elseif y}` is never closed; it wants `#{/if}`."),
        ("#{each a in B}", 1, 1, "`#{each a in B}` is never closed; it wants `#{/each}`."),
        ("é #{Foo", 1, 3, "`#{Foo…` is never closed with `}`; write `##{` where the text itself is meant."),
        ("#{Fo[o}", 1, 5, "`[` is not expected here; write `##{` where the text itself is meant."),
        ("#{a | }", 1, 7, "`}` is not expected here; write `##{` where the text itself is meant."),
        ("#{/if}", 1, 1, "`#{/if}` closes nothing here."),
        ("#{if a}#{/each}", 1, 8, "`#{/each}` closes nothing here; `#{if a}` is still open."),
        ("x #{else}", 1, 3, "`#{else}` wants an `#{if …}` before it."),
        ("#{each x}#{/each}", 1, 1, "`#{each` has the form `#{each item in Collection}`."),
        (
            "#{unless x}#{elseif y}#{/unless}",
            1,
            12,
            "`#{elseif` has the form `#{elseif Name}` after an `#{if Name}`.",
        ),
    ],
)
def test_v1_broken_syntax_is_told_with_its_place(text, line, column, sentence):
    with pytest.raises(TemplateError) as raised:
        parse(text)
    assert (raised.value.line, raised.value.column, raised.value.sentence) == (line, column, sentence)


def test_v1_the_names_a_text_asks_for():
    text = """#{var} #{filter | Format #{option}} #{parent[#{child}].x} #{if a}#{unless b}c#{/unless}#{/if}
    #{if left != "text"}#{elseif right == other}#{/if}
    #{each item in List}#{item.Address}#{inner}#{item}#{/each}
    ##{ignored} #{calc one + 2 * {two}} #{var} #{ | NowDate}"""
    wanted = "var filter option parent child a b left right other List inner one two"
    assert names(parse(text)) == tuple(wanted.split())


def test_v1_a_condition_with_an_unknown_name_is_not_met():
    assert not is_true("#{Nobody}", {})
    assert is_true('#{if A == "x"}true#{/if}', {"a": "x"})


def test_v1_texts_of_names_alone_do_without_the_grammar():
    code = (
        "import sys; from octotui.variables.language import parse;"
        "parse('a #{B[c d].e} ##{f}').fill({'b[c d].e': '1'}); parse('none');"
        "sys.exit(any(name in sys.modules for name in ('lark', 'regex', 'markdown_it', 'difflib')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
