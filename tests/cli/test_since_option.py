"""`--since`: a time, a duration back, or an event, in every verb."""

import time

import click
import pytest

from octotui.cli.since_option import EVERYTHING, Since, SinceType
from tests.cli.conftest import OK, Call


@pytest.mark.parametrize(
    ("text", "since"),
    [("#123", Since(after=123)), ("123", Since(after=123)), ("#0", EVERYTHING)],
)
def test_a_number_is_an_event(text: str, since: Since) -> None:
    assert SinceType().convert(text, None, None) == since


def test_all_else_is_a_time_or_a_duration_back() -> None:
    day = SinceType().convert("2026-01-31", None, None)
    assert time.strftime("%Y-%m-%d %H:%M", time.localtime(day.at)) == "2026-01-31 00:00"
    minute = SinceType().convert("2026-01-31T14:02", None, None)
    assert minute.at - day.at == (14 * 60 + 2) * 60
    back = [SinceType().convert(text, None, None).at for text in ("8h", "1h")]
    assert round(back[1] - back[0]) == 7 * 3600


@pytest.mark.parametrize("text", ["soon", "", "#", "#-1", "#1.5", "2026-13-01", "#" + "9" * 99])
def test_what_is_neither_is_told_what_one_looks_like(text: str) -> None:
    with pytest.raises(click.BadParameter, match="#123 is what came after the event 123"):
        SinceType().convert(text, None, None)


def test_an_event_is_admitted_after_the_number_and_from_the_time_on() -> None:
    assert [Since(at=5, after=2).admits(seq, at) for seq, at in ((2, 9), (3, 4), (3, 5))] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize("verb", ["events", "audit"])
def test_it_means_the_same_in_every_verb(octotui: Call, write: Call, state, verb: str) -> None:
    model = write(OK)
    for _ in range(2):
        octotui("run", model, "ok", "--state", state)
    at = ("--json", "--state", state)
    every = octotui(verb, model, *at).out.splitlines()
    assert octotui(verb, model, "--since", "1h", *at).out.splitlines() == every
    assert octotui(verb, model, "--since", "2099-01-01", *at).out == ""
    for event in ("#2", "#8"):
        later = octotui(verb, model, "--since", event, *at).out.splitlines()
        assert later == [each for each in every if _seq(each) > int(event[1:])]
        assert len(later) < len(every)
    assert octotui(verb, model, "--since", "soon", *at).code == 2


def _seq(line: str) -> int:
    import json

    return int(json.loads(line)["seq"])
