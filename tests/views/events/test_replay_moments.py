"""Moments of a replay in words."""

from octotui.engine.history import History
from octotui.views.events.replay_moments import changes, moment, standing
from octotui.views.labels import ASCII, UNICODE
from tests import scenes
from tests.exported import tamed


def test_a_moment_says_what_happened_and_where_it_is() -> None:
    history = History(scenes.seed().world.events)
    first = moment(history, 1)
    assert (first.number, first.count, first.at) == (1, len(history), history.events[0].at)
    assert first.text == "run-1  Unleash the kraken is queued"
    told = [moment(history, number).text for number in range(1, len(history) + 1)]
    assert "run-2  “Create the instance” starts on worker1" in told
    assert "run-1  job queued" in told  # what people need not know has its name


def test_what_matters_are_questions_failures_and_waits_for_locks() -> None:
    history = History(tamed().world.events)
    found = [moment(history, number) for number in range(1, len(history) + 1)]
    stops = [(each.stop, each.text.partition(":")[0]) for each in found if each.stop]
    assert stops[:4] == [
        ("waits", "run-4  acquiring worker-image 1.0.0 waits for exclusive use of worker1"),
        ("waits", "run-1  “Build the image” waits for worker1"),
        ("asks", "run-2  asks Finance"),
        ("asks", "run-3  asks Finance"),
    ]
    assert stops[-1] == ("bad", "run-4  failed")
    broken = History(scenes.failed().world.events)
    bad = [moment(broken, number).stop for number in range(1, len(broken) + 1)]
    assert bad.count("bad") >= 2  # an attempt, and the job


def test_every_change_is_a_line_with_its_time() -> None:
    told = list(changes(History(scenes.seed().world.events)))
    assert told[0] == "13:46:40  run-1  Unleash the kraken is queued"
    assert any("leases worker2" in line for line in told)


def test_how_things_stand_is_a_line_and_the_trees_of_the_runs_there_are() -> None:
    history = History(tamed().world.events)
    early = list(standing(history, 1, ("run-1", "run-2"), history.events[0].at, UNICODE))
    assert early[0].startswith("1970-01-12 13:46:40  event 1 of ")
    assert any("run-1" in line for line in early[1:])
    assert not any("run-2" in line for line in early)
    late = list(standing(history, len(history), ("run-1", "run-2"), history.events[-1].at, ASCII))
    assert any(line.startswith("+ run-2 Tame the kraken") for line in late)
