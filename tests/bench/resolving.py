"""What resolving all variables for a step costs: 10,000 of them against 1,000.

Run by hand: `python tests/bench/resolving.py`. The sizes take turns, and the best time of each counts.
"""

import sys
import time

from octotui.engine.advance import advance
from octotui.engine.commands import LoadModel, StartRun
from octotui.engine.rules.variable_context import values_for
from octotui.engine.state import Run, State
from octotui.model.process import Runbook, Script, Step
from octotui.model.space import Environment, Model, Pool, Project, Scope, Space, Value, Worker

SIZES = (1_000, 10_000)
ROUNDS = 15
MOST = 12.0


def values(number: int) -> tuple[Value, ...]:
    """What one variable is everywhere, in two environments and for one step."""
    return (
        Value(value=f"value {number}"),
        Value(value="test", scope=Scope(environment=("test",))),
        Value(value="production", scope=Scope(environment=("production",))),
        Value(value="step", scope=Scope(environment=("test",), step=("Do it",))),
    )


def running(size: int, *, project: bool) -> tuple[State, Run]:
    """A State with so many variables, half of them in a set where there is a `project`, and a run in it."""
    tables = [{f"Name.{number}": values(number) for number in range(begin, size, 2)} for begin in (0, 1)]
    step = Step(name="Do it", action=Script(body="true"), pool="setup")
    model = Model(
        space=Space("Bench", "bench"),
        pools={"setup": Pool(name="Setup", workers=("one",))},
        workers={"one": Worker(name="one")},
        environments={"test": Environment(name="Test"), "production": Environment(name="Production")},
        variables=tables[0] if project else tables[0] | tables[1],
        variable_sets={"shared": tables[1]},
        projects={"shop": Project(deployment=Runbook(name="Shop"), variable_sets=("shared",))},
        runbooks={"go": Runbook(name="Go", steps=(step,), project="shop" if project else None)},
    )
    state, _ = advance(State(), LoadModel(model), 0.0)
    state, _ = advance(state, StartRun(process="go", environment="test"), 0.0)
    return state, state.runs["run-1"]


def best(states: dict[int, tuple[State, Run]]) -> dict[int, float]:
    """The best time of each size, in seconds."""
    found = dict.fromkeys(states, float("inf"))
    for _ in range(ROUNDS):
        for size, (state, run) in states.items():
            before = time.perf_counter()
            held = values_for(state, run, 0)
            found[size] = min(found[size], time.perf_counter() - before)
            assert held["Name.1"] == "step"
    return found


def main() -> None:
    """Measure, and say whether it is as it should be."""
    good = True
    for where, project in (("of the space", False), ("of a project", True)):
        took = best({size: running(size, project=project) for size in SIZES})
        ratio = took[SIZES[1]] / took[SIZES[0]]
        good = good and ratio <= MOST
        times = ", ".join(f"{size:,}: {seconds * 1000:.1f} ms" for size, seconds in took.items())
        print(f"variables {where}  {times}; {ratio:.1f} times (wanted: at most {MOST:g})")
    sys.exit(not good)


if __name__ == "__main__":
    main()
