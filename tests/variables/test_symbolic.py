"""S3: what a condition comes to where values are still to come."""

import random
from itertools import product

import pytest

from octotui.variables import symbolic
from octotui.variables.fill import Filler, warnings_of
from octotui.variables.symbolic import undecided_by
from octotui.variables.template import Names, is_truthy

VALUES = {
    "Env": "test",
    "Yes": "True",
    "No": "False",
    "Mine": "#{X}",
    "Wrapped": '{"Size": "#{X}", "Colour": "red"}',
    "Bare": '{"Size": #{X}}',
    "Which": "a",
    "Set[a].On": "True",
    "Set[b].On": "#{X}",
    "Set[c].On": "#{No}",
}


def is_open(key: str) -> bool:
    """X, Y, and all that begins so."""
    return key.partition(".")[0] in ("x", "y") or key == "out[a].x"


def decides(text: str) -> tuple[str, ...]:
    return undecided_by(text, Names(VALUES), is_open, 0.0)


@pytest.mark.parametrize(
    "text",
    [
        "#{X}",
        " #{X} ",
        "#{Mine}",
        "#{if X}yes#{/if}",
        "#{unless X}yes#{/unless}",
        "#{if Mine}yes#{/if}",
        '#{if X == "a"}yes#{/if}',
        '#{if X != "a"}yes#{/if}',
        '#{if "a" == X}yes#{/if}',
        "#{if X == Env}yes#{/if}",
        "#{if X == Y}yes#{/if}",
        '#{if Env == "test"}#{X}#{/if}',
        '#{if X == "a"}#{if Env == "test"}yes#{/if}#{/if}',
        '#{if X == "a"}no#{else}yes#{/if}',
        '#{if Env == "live"}yes#{elseif X == "a"}yes#{/if}',
        '#{if X == "a"}#{if X == "a"}yes#{/if}#{/if}',
        "#{if X}#{X}#{else}no#{/if}",
        "#{X | ToUpper}",
        '#{if X | Contains "a"}yes#{/if}',
        '#{if X | ToLower == "a"}yes#{/if}',
        "#{if Env | Contains #{X}}yes#{/if}",
        "#{if Wrapped.Size}yes#{/if}",
        "#{if Wrapped.Colour}yes#{/if}",
        "#{if Bare.Size}yes#{/if}",
        "#{if X.Inner}yes#{/if}",
        "#{each x in X}#{x}#{/each}",
        "#{each item in X}yes#{/each}",
        '#{each item in X}#{if item == "a"}yes#{/if}#{/each}',
        "#{each item in X}#{if item.Size}yes#{/if}#{/each}",
        "#{each item in X}#{unless Octopus.Template.Each.First}yes#{/unless}#{/each}",
        '#{each item in X | Replace "a" "b"}yes#{/each}',
        "#{each item in Env}#{if X == item}yes#{/if}#{/each}",
        '#{each a in Set}#{if a == "b"}#{a.On}#{/if}#{/each}',
        "#{Out[#{Which}].X}",
        "#{if Out[#{X}].On}yes#{/if}",
        "#{calc X + 1}",
        "#{if X}yes#{/if}#{if Y}yes#{/if}",
        "yes#{X}",
        "n#{if X}o#{else}ope#{/if}",
        "fals#{if X}e#{else}x#{/if}",
    ],
)
def test_s3_what_a_value_still_to_come_decides(text: str) -> None:
    found = decides(text)
    assert found
    assert set(found) <= {"X", "Y", "X.Inner", "Out[a].X", "Bare.Size"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "True",
        "#{Yes}",
        "#{No}",
        "#{Nobody}",
        "#{Nobody}#{X}",
        "#{if X}yes#{/if}#{Nobody}",
        "#{if X",
        '#{if Env == "live"}#{X}#{/if}',
        '#{if Env == "live"}#{if X}yes#{/if}#{/if}',
        '#{if X}#{if Env == "live"}yes#{/if}#{/if}',
        "#{if X}yes#{else}ja#{/if}",
        "#{if X}no#{else}false#{/if}",
        "#{if X}#{/if}",
        '#{if X == "a"}yes#{/if}#{unless X == "a"}yes#{/unless}',
        '#{if X == "a"}#{if X == "b"}yes#{/if}#{/if}',
        '#{if X == "a"}#{unless X}yes#{/unless}#{/if}',
        '#{unless X}#{if X == "a"}yes#{/if}#{/unless}',
        '#{if X == "a"}#{if X == "a"}no#{/if}#{/if}',
        "#{if X}#{unless X}yes#{/unless}#{/if}",
        "#{unless X}#{X}#{/unless}",
        '#{if "a#{X}" == "b"}yes#{/if}',
        '#{if Wrapped.Colour == "blue"}#{X}#{/if}',
        "#{each item in X}#{/each}",
        "#{each item in X}#{if No}yes#{/if}#{/each}",
        "#{each item in Set}#{if item == 'd'}#{item.On}#{/if}#{/each}",
        '#{each a in Set}#{if a == "c"}#{a.On}#{/if}#{/each}',
        "#{calc 1 + 1}",
        "#{if Set[#{Nobody}].On}#{X}#{/if}",
        "#{if Env | Substring 99}#{X}#{/if}",
        "#{if Set[#{No}].On}#{X}#{/if}",
        "yes#{each item in X}#{/each}",
        "yes#{if X}, it is#{/if}",
    ],
)
def test_s3_what_is_decided_whatever_comes(text: str) -> None:
    assert decides(text) == ()


ASKS = ("X", "Y", 'X == "a"', 'X != "b"', 'Y == "a"', "X == Y", "Env", "No", 'Env == "live"', "Mine")
TEXTS = ("yes", "no", "", "#{X}", "#{Y}", "#{Env}", "#{No}", " ")
COMING = (None, "", "a", "b", "c", "False", "True")


def expression(chance: random.Random, depth: int = 3) -> str:
    """A condition of blocks within blocks."""
    if not depth or chance.random() < 0.25:
        return chance.choice(TEXTS)
    inner = [expression(chance, depth - 1) for _ in range(2)]
    match chance.randrange(4):
        case 0:
            return f"#{{if {chance.choice(ASKS)}}}{inner[0]}#{{else}}{inner[1]}#{{/if}}"
        case 1:
            return f"#{{unless {chance.choice(ASKS)}}}{inner[0]}#{{/unless}}"
        case 2:
            return (
                f"#{{if {chance.choice(ASKS)}}}{inner[0]}#{{elseif {chance.choice(ASKS)}}}{inner[1]}#{{/if}}"
            )
    return "".join(inner)


def truths(text: str) -> set[bool]:
    """What a condition comes to with each of the values that may come."""
    found = set()
    for x, y in product(COMING, COMING):
        coming = {name: value for name, value in (("X", x), ("Y", y)) if value is not None}
        filled = Filler(Names({**VALUES, **coming})).fill_in(text)
        found.add(not warnings_of(filled) and is_truthy(filled.text))
    return found


@pytest.mark.parametrize("seed", range(60))
def test_s3_it_is_decided_where_all_that_may_come_agree_and_nowhere_else(seed: int) -> None:
    """Conditions of names, texts and blocks: those of which some values come to true and others not."""
    chance = random.Random(seed)
    for _ in range(25):
        text = expression(chance)
        assert bool(decides(text)) is (len(truths(text)) == 2), text


def test_s3_a_condition_of_more_paths_than_are_tried_is_taken_for_undecided(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(symbolic, "MOST_PATHS", 1)
    assert decides("#{if X}yes#{else}ja#{/if}") == ("X",)
    assert decides("#{if Env}yes#{else}#{X}#{/if}") == ()


def test_s3_what_goes_over_its_budget_fails_whatever_comes() -> None:
    """Only where a value decides whether it does is that undecided."""
    loops = "#{each a in Long}#{each b in Long}#{each c in Long}yes#{/each}#{/each}#{/each}"
    values = Names({"Long": ",".join("a" * 1000)})
    assert undecided_by(loops, values, is_open) == ()
    assert undecided_by(f"#{{unless X}}{loops}#{{/unless}}", values, is_open) == ("X",)
