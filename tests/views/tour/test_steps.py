"""The tour goes on by what happens, and says what can be done where somebody is."""

import pytest

from octotui.cli.model_files import read_model
from octotui.engine.commands import AnswerInterruption, StartRun, TakeInterruption
from octotui.engine.state import State
from octotui.views.tour.steps import ENDS, STEPS, Place, Press, Tour, advance, question, tour_line
from tests.cli.conftest import ROOT
from tests.world import World

KRAKEN = read_model(ROOT / "configs" / "kraken.toml")
PLACES: tuple[Place, ...] = (
    "board",
    "start",
    "start-where",
    "why",
    "question",
    "proceeds",
    "log",
    "elsewhere",
)

USUAL: dict[Press, str] = {
    "start": "s",
    "choose": "enter",
    "why": "w",
    "answer": "a",
    "take": "t",
    "proceed": "p",
    "yes": "y",
    "log": "l",
    "back": "esc",
    "quit": "q",
}


def kraken() -> World:
    return World(KRAKEN)


def says(tour: Tour, state: State, place: Place) -> str:
    line = tour_line(tour, state, place, "ann", USUAL.__getitem__)
    return " ".join(filter(None, (str(line.step), line.typed, line.key)))


def test_it_goes_from_step_to_step_by_what_happens() -> None:
    world = kraken()
    tour = Tour()
    assert advance(tour, world.state, "board") == tour
    assert [says(tour, world.state, each) for each in ("board", "start", "start-where", "log")] == [
        "1 s",
        "1 unleash enter",
        "1 enter",
        "1 esc",
    ]
    world.send(StartRun(process="unleash", requester="ann"))
    tour = advance(tour, world.state, "board")
    assert says(tour, world.state, "board") == "2 w"
    assert says(tour, world.state, "start") == "2 esc"
    assert advance(tour, world.state, "board") == tour
    tour = advance(tour, world.state, "why")
    assert [says(tour, world.state, each) for each in ("why", "board", "start")] == [
        "3 esc",
        "3 s",
        "3 tame enter",
    ]
    world.send(StartRun(process="tame", requester="ann"))
    tour = advance(tour, world.state, "board")
    assert says(tour, world.state, "board") == "4"  # it waits
    while question(world.state) is None:
        assert world.step()
    asked = question(world.state)
    assert asked is not None
    tour = advance(tour, world.state, "board")
    places: tuple[Place, ...] = ("board", "question", "proceeds", "why")
    assert [says(tour, world.state, each) for each in places] == ["4 a", "4 t", "4 y", "4 esc"]
    world.send(TakeInterruption(interruption=asked.id, user="ann"))
    assert says(tour, world.state, "question") == "4 p"
    assert advance(tour, world.state, "question") == tour
    world.send(AnswerInterruption(interruption=asked.id, user="ann", answer="proceed"))
    tour = advance(tour, world.state, "question")
    assert [says(tour, world.state, each) for each in ("question", "board")] == ["5 esc", "5 l"]
    tour = advance(tour, world.state, "log")
    assert tour.step == STEPS + 1
    assert tour_line(tour, world.state, "log", "ann", USUAL.__getitem__).text == ENDS.format("q")


@pytest.mark.parametrize("step", range(1, STEPS + 2))
@pytest.mark.parametrize("place", PLACES)
def test_it_always_says_something(step: int, place: Place) -> None:
    line = tour_line(Tour(step), kraken().state, place, "ann", USUAL.__getitem__)
    assert line.text
    assert line.key or step == 4 or step > STEPS


@pytest.mark.parametrize("step", range(1, STEPS + 2))
@pytest.mark.parametrize("place", PLACES)
def test_r12_it_names_no_key_of_its_own(step: int, place: Place) -> None:
    line = tour_line(Tour(step), kraken().state, place, "ann", "the key to {}".format)
    assert line.key.startswith("the key to ") or "the key to quit" in line.text or step == 4


def test_a_step_is_not_done_before_its_turn() -> None:
    assert advance(Tour(1), kraken().state, "why") == Tour(1)
    assert advance(Tour(3), kraken().state, "log") == Tour(3)
    assert advance(Tour(4), kraken().state, "board") == Tour(4)
    assert advance(Tour(STEPS + 1), kraken().state, "why") == Tour(STEPS + 1)
