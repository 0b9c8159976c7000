"""What the specs say of keys beside their values: their defaults are those that hold, their rules exist."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from octotui.model.space import Model
from octotui.model.toml.convert import convert
from octotui.model.toml.specs.process_spec import TEMPLATE
from octotui.model.toml.specs.space_spec import MODEL
from octotui.model.toml.specs.spec import AlternativeSpec, KeyedSpec, ListSpec, ScalarSpec, Spec, TableSpec
from octotui.model.toml.templates import Library
from octotui.model.toml.validate import Validator

SAMPLES = (
    "slack-message",
    "region/west",
    "1s",
    "1 KiB/s",
    "1 GiB",
    "https://feeds.example/",
    "x_y",
    "a@1",
    1,
)
RULES = (Path(__file__).parents[3] / "docs" / "rules.md").read_text("utf-8")
Way = tuple[tuple[Spec, str], ...]
"""The tables and lists around a key, from outside, each with the name of what is next within it."""


def ways(shape: Spec, around: Way = ()) -> Iterator[tuple[Way, TableSpec, str]]:
    """Each key of each table, and the way to it."""
    match shape:
        case TableSpec():
            for name, key in shape.keys.items():
                yield around, shape, name
                yield from ways(key.shape, (*around, (shape, name)))
        case KeyedSpec() | ListSpec():
            yield from ways(shape.of, (*around, (shape, "")))
        case AlternativeSpec():
            yield from ways(shape.record, around)


def sample(shape: Spec) -> Any:
    """Some value that fits."""
    match shape:
        case ScalarSpec():
            return next(each for each in (*shape.known, *SAMPLES, True) if shape.holds(each))
        case TableSpec():
            return table(shape)
        case KeyedSpec():
            return {"x_y": sample(shape.of)}
        case ListSpec():
            return [sample(shape.of)]
        case AlternativeSpec():
            return sample(shape.leaf)


def table(shape: TableSpec, *names: str) -> dict[str, Any]:
    """A table with what has to be there, and what has to stand beside the keys of these names."""
    wanted = {*shape.required(), *filter(None, (shape.keys[name].only_with for name in names))}
    one = [each for each in (*wanted, *names) if each in shape.one_of]
    shut = {name for each in names for name in shape.keys[each].not_with}
    if shape.one_of and not one:
        free = [
            each for each in shape.one_of if each not in shut and names[0] not in shape.keys[each].not_with
        ]
        wanted.add(free[0])
    return {each: sample(shape.keys[each].shape) for each in wanted if each not in names}


def read(way: Way, innermost: dict[str, Any]) -> Model:
    """The model of a table with all that has to be around it."""
    raw: Any = innermost
    for shape, name in reversed(way):
        match shape:
            case TableSpec():
                raw = {**table(shape, name), name: raw}
            case KeyedSpec():
                raw = {"x_y": raw}
            case _:
                raw = [raw]
    problems: list[str] = []

    def report(at: object, problem: str) -> None:
        problems.append(f"{at}: {problem}")

    model = convert(Validator(Path("/"), report).read(MODEL, raw), report, Library())
    assert not problems
    return model


DEFAULTS = [each for each in ways(MODEL) if each[1].default(each[2]) is not None]


@pytest.mark.parametrize(
    ("way", "shape", "name"),
    DEFAULTS,
    ids=[".".join(n or "*" for _, n in w) + f".{k}" for w, _, k in DEFAULTS],
)
def test_a_default_that_is_said_is_the_one_that_holds(way: Way, shape: TableSpec, name: str) -> None:
    without = table(shape, name)
    assert read(way, without) == read(way, {**without, name: shape.default(name)})


def test_keys_with_a_choice_of_words_say_which_is_the_default() -> None:
    chosen = {name: shape.default(name) for _, shape, name in DEFAULTS}
    assert chosen["policy"] == "round-robin"
    assert chosen["backoff"] == "15s"
    assert chosen["timezone"] == "UTC"
    assert chosen["on"] == "target"
    assert len(DEFAULTS) > 60


def test_every_rule_that_a_key_names_exists() -> None:
    named = {
        each
        for shape in (MODEL, TEMPLATE)
        for _, table, name in ways(shape)
        for each in [table.keys[name].rule]
    }
    rules = {rule for each in named if each for rule in each.split(", ")}
    assert rules
    assert {rule for rule in rules if f"- **{rule}** " not in RULES} == set()


def test_about_is_a_sentence() -> None:
    said = {key.about for _, shape, name in ways(MODEL) for key in [shape.keys[name]]}
    assert [each for each in said if not re.match(r"[A-Z].*\.$", each)] == []
