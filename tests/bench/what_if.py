"""How many events a second a what-if plays in virtual time, and what it adds to the engine's own work.

A space has many open runs; another run is planned in it as it is, and with more workers and a higher task
cap. 100,000 events a second are wanted. `advance`, which makes the events, is measured by turns with it over
the same commands: no plan can be faster.
"""

from collections.abc import Iterator
from time import process_time

from octotui.engine.advance import advance
from octotui.engine.commands import Command, StartRun
from octotui.engine.plans.plan_start import begin_plan
from octotui.engine.plans.what_if import AS_IS, WhatIf
from octotui.engine.state import State
from octotui.model.process import Runbook, Simulate, Step
from octotui.model.space import Model
from tests.ratios import Ratio, measure
from tests.world import World, engine, model, script

WANTED = 100_000  # events a second
START = StartRun(process="run0", requester="ann")


def space(steps: int) -> Model:
    """Seven runbooks of so many steps, each of another length."""
    runbooks: dict[str, list[Step] | Runbook] = {
        f"run{number}": [
            script(f"Step {step}", simulate=Simulate(takes=1.0 + number + step)) for step in range(steps)
        ]
        for number in range(7)
    }
    return model(runbooks, 20, **engine(task_cap=50))


def crowded(runs: int, steps: int) -> World:
    """A space with so many open runs."""
    world = World(space(steps))
    for number in range(runs):
        world.start(f"run{number % 7}")
    return world


def planned(world: World, what_if: WhatIf) -> tuple[int, float]:
    """Return the events of a plan, and the seconds of the processor that it takes."""
    before = process_time()
    play = begin_plan(world.state, world.state.model, START, world.now, what_if)
    while play.goes_on(10):
        pass
    return play.plan().events, process_time() - before


def recorded(world: World, what_if: WhatIf) -> tuple[State, list[tuple[Command, float]]]:
    """Return the State that a plan begins in, and the commands that follow."""
    sent: list[tuple[Command, float]] = []
    play = begin_plan(world.state, world.state.model, START, world.now, what_if)
    first, send = play.state, play.send

    def keep(command: Command, at: float) -> None:
        sent.append((command, max(play.now, at)))
        send(command, at)

    play.send = keep  # type: ignore[method-assign]
    while play.goes_on(1000):
        pass
    return first, sent


def advanced(state: State, commands: list[tuple[Command, float]]) -> tuple[int, float]:
    """Return the events of commands, and the seconds of the processor that `advance` takes for them."""
    count, before = 0, process_time()
    for command, at in commands:
        state, happened = advance(state, command, at)
        count += len(happened)
    return count, process_time() - before


def main(runs: int = 300, steps: int = 10, rounds: int = 5) -> Iterator[Ratio]:
    """Plan with many open runs, as it is and what if, the best of several rounds."""
    world = crowded(runs, steps)
    changed = WhatIf(pools={"setup": 60}, task_cap=200)
    for name, what_if in (("as is", AS_IS), ("what if", changed)):
        first, commands = recorded(world, what_if)
        plan = alone = 0.0
        for _ in range(rounds):
            count, seconds = planned(world, what_if)
            plan = max(plan, count / max(seconds, 1e-9))
            made, took = advanced(first, commands)
            alone = max(alone, made / max(took, 1e-9))
        print(f"{name:8} {count:,} events: {plan:,.0f} a second, {alone:,.0f} in `advance` alone")
        yield Ratio(f"{name}, events a second / {WANTED:,}", plan / WANTED, least=1.0)
        yield Ratio(f"{name}, plan / `advance` alone", plan / alone, least=0.6)


if __name__ == "__main__":
    measure(main, runs=3, steps=2, rounds=1)
