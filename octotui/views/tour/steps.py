"""Five steps through the kraken demo; each is done when what it is about has happened."""

from collections.abc import Callable
from typing import Literal

import msgspec

from octotui.engine.state import Interruption, State

Place = Literal["board", "start", "start-where", "why", "question", "proceeds", "log", "elsewhere"]
"""What is in front on the screen: the board, one of two lists of the start dialog, or another screen.

Over the question, `proceeds` asks whether to take it, and to proceed.
"""

Press = Literal["start", "choose", "why", "answer", "take", "proceed", "yes", "log", "back", "quit"]
"""What the tour has one do; an account may have given it another key."""

KeyOf = Callable[[Press], str]
"""Returns the key that does something now, in readable form."""

STEPS = 5
FIRST, SECOND = "unleash", "tame"
"""The runbooks that the tour starts, by their slugs."""

BACK = "back to the board"
ENDS = "that was the tour; {} ends the demo"


class Tour(msgspec.Struct, frozen=True):
    """How far a tour has come: its step, from 1 on, after STEPS its end; whether the question was asked."""

    step: int = 1
    asked: bool = False


class TourLine(msgspec.Struct, frozen=True):
    """What to do now: a text to type, then a key to press, either may be empty; and what comes of it."""

    step: int
    key: str
    text: str
    typed: str = ""


def advance(tour: Tour, state: State, place: Place) -> Tour:
    """Return the tour after what has happened: at its next step where the present one is done."""
    asks = question(state) is not None
    done = {
        1: _has_started(state, FIRST),
        2: place == "why",
        3: _has_started(state, SECOND),
        4: tour.asked and not asks,
        5: place == "log",
    }
    if done.get(tour.step, False):
        return Tour(step=tour.step + 1)
    return Tour(tour.step, asked=tour.asked or (tour.step == 4 and asks))


def question(state: State) -> Interruption | None:
    """Return the question of the tour, while it is open."""
    asked = (state.interruptions[name] for _, name in state.asking)
    return next((each for each in asked if _process(state, each.run) == SECOND), None)


def tour_line(tour: Tour, state: State, place: Place, user: str, key_of: KeyOf) -> TourLine:
    """Return what to do now."""
    match tour.step:
        case 1 | 3:
            return _start(tour.step, place, key_of)
        case 2 if place == "board":
            return TourLine(2, key_of("why"), "why the run has its workers")
        case 4:
            return _answer(question(state), place, user, key_of)
        case 5 if place == "board":
            return TourLine(5, key_of("log"), "what the steps print")
        case 2 | 5:
            return TourLine(tour.step, key_of("back"), BACK)
    return TourLine(tour.step, "", ENDS.format(key_of("quit")))


def _start(step: int, place: Place, key_of: KeyOf) -> TourLine:
    """Return how to start the first run, or the second."""
    first = step == 1
    match place:
        case "board" if first:
            return TourLine(step, key_of("start"), "starts a run")
        case "board":
            return TourLine(step, key_of("start"), "another run, which takes a lock")
        case "start":
            return TourLine(step, key_of("choose"), "chooses it", typed=FIRST if first else SECOND)
        case "start-where":
            return TourLine(step, key_of("choose"), "without an environment")
    return TourLine(step, key_of("back"), BACK)


def _answer(asked: Interruption | None, place: Place, user: str, key_of: KeyOf) -> TourLine:
    """Return how to answer the question, or what happens until it is asked."""
    if asked is None:
        return TourLine(4, "", "wait: a package locks worker3; others wait")
    if place == "question":
        mine = asked.responsible == user
        return TourLine(
            4, key_of("proceed" if mine else "take"), "the run goes on" if mine else "you will answer it"
        )
    if place == "proceeds":
        return TourLine(4, key_of("yes"), "takes it, and the run goes on")
    if place == "board":
        return TourLine(4, key_of("answer"), "the question that the run asks")
    return TourLine(4, key_of("back"), BACK)


def _has_started(state: State, process: str) -> bool:
    return any(run.request.process == process for run in state.runs.values())


def _process(state: State, run: str) -> str:
    found = state.runs.get(run)
    return found.request.process if found is not None else ""
