"""P4: exports that somebody has made up, whose events have the right types and make no sense.

The kinds of events, and the types of their fields, are read from the events themselves, so that a new one
joins by itself.
"""

import json
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from octotui.engine.events import AnyEvent
from tests.cli.conftest import ASK, GUIDED, OK, Call

KINDS = {each.__name__: each for each in get_args(AnyEvent)}
WORDS = ("x", "", "run-1", "job-1.1", "question-1", "-", "\x1b[31m", "run-999999999999", "ü\u202e")
NUMBERS = (0, 1, -1, 2, 10**9, 2**53, 10**30)
TIMES = (0.0, -1.0, 0.5, 1e9, 1e11, 1e300, -1e300)


def made_up(kind: Any, chance: random.Random, depth: int = 0) -> Any:  # noqa: C901, PLR0912 - a case a type
    """A value of a type, as JSON has it, that nobody would have meant."""
    match kind:
        case msgspec.inspect.StrType():
            return chance.choice(WORDS)
        case msgspec.inspect.IntType():
            return chance.choice(NUMBERS)
        case msgspec.inspect.FloatType():
            return chance.choice(TIMES)
        case msgspec.inspect.BoolType():
            return chance.random() < 0.5
        case msgspec.inspect.LiteralType(values=values):
            return chance.choice(values)
        case msgspec.inspect.UnionType(types=types):
            return made_up(chance.choice(types), chance, depth)
        case msgspec.inspect.VarTupleType(item_type=item) | msgspec.inspect.ListType(item_type=item):
            return [made_up(item, chance, depth + 1) for _ in range(chance.randrange(3 if depth < 4 else 1))]
        case msgspec.inspect.TupleType(item_types=types):
            return [made_up(each, chance, depth + 1) for each in types]
        case msgspec.inspect.DictType(key_type=key, value_type=value):
            more = chance.randrange(3 if depth < 4 else 1)
            return {str(made_up(key, chance)): made_up(value, chance, depth + 1) for _ in range(more)}
        case msgspec.inspect.StructType(fields=fields, tag=tag, tag_field=tag_field):
            given = {
                each.encode_name: made_up(each.type, chance, depth + 1)
                for each in fields
                if each.required or (depth < 3 and chance.random() < 0.7)
            }
            return given | ({tag_field: tag} if tag_field else {})
        case _:
            return None


Exported = tuple[dict[str, Any], list[dict[str, Any]]]


@pytest.fixture
def exported(octotui: Call, write: Call, state: Path, tmp_path: Path) -> Exported:
    """The manifest and the events of a run that asked, and of one that failed."""
    model = write(OK + ASK + GUIDED)
    assert octotui("run", model, "ask", "--proceed", "--state", state).code == 0
    assert octotui("run", model, "guided", "--abort", "--state", state).code == 1
    out = tmp_path / "out.zip"
    assert octotui("export", model, "run-1", "run-2", "-o", out, "--state", state).code == 0
    with zipfile.ZipFile(out) as archive:
        lines = archive.read("events.jsonl").splitlines()
        return json.loads(archive.read("manifest.json")), [json.loads(line) for line in lines]


def cases(events: list[dict[str, Any]], kind: str, chance: random.Random) -> Iterator[list[dict[str, Any]]]:
    """Events with one of a kind that was made up: at the end, in the middle, and one that was honest."""
    info = msgspec.inspect.type_info(KINDS[kind])
    for at in (len(events), chance.randrange(2, len(events))):
        odd = made_up(info, chance) | {
            "type": kind,
            "seq": events[at - 1]["seq"] + 1,
            "at": events[at - 1]["at"],
        }
        yield [*events[:at], odd, *({**each, "seq": each["seq"] + 1} for each in events[at:])]
    for at in [index for index, each in enumerate(events) if each["type"] == kind][:2]:
        odd = made_up(info, chance)
        field = chance.choice([*odd])
        yield [*events[:at], {**events[at], field: odd[field], "type": kind}, *events[at + 1 :]]


@pytest.mark.parametrize("seed", ["one", "two"])
def test_p4_events_that_make_no_sense_are_shown_or_refused_in_a_sentence(
    octotui: Call, exported: Exported, tmp_path: Path, seed: str
) -> None:
    manifest, honest = exported
    out = tmp_path / "odd.zip"
    codes = []
    for kind in KINDS:
        for events in cases(honest, kind, random.Random(seed + kind)):
            with zipfile.ZipFile(out, "w") as archive:
                archive.writestr("manifest.json", json.dumps(manifest | {"events": len(events)}))
                archive.writestr("events.jsonl", "".join(f"{json.dumps(each)}\n" for each in events))
            said = octotui("replay", out, ("--plain", "--json")[len(codes) % 2])
            assert said.code in (0, 2), events
            assert said.code == 0 or said.err.count("\n") == 1, events
            codes.append(said.code)
    assert {*codes} == {0, 2}
