"""What resolving all variables for a step costs: 10,000 of them against 1,000.

The sizes take turns, and the best time of each counts.
"""

import time
from collections.abc import Iterator

from octotui.engine.advance import advance
from octotui.engine.commands import LoadModel, StartRun
from octotui.engine.rules.variable_context import values_for
from octotui.engine.state import Run, State
from octotui.model.process import Runbook, Script, Step
from octotui.model.space import Environment, Model, Pool, Project, Scope, Space, Value, Worker
from tests.ratios import Ratio, measure


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


def best(states: dict[int, tuple[State, Run]], rounds: int) -> dict[int, float]:
    """The best time of each size, in seconds."""
    found = dict.fromkeys(states, float("inf"))
    for _ in range(rounds):
        for size, (state, run) in states.items():
            before = time.perf_counter()
            held = values_for(state, run, 0)
            found[size] = min(found[size], time.perf_counter() - before)
            assert held["Name.1"] == "step"
    return found


def main(variables: int = 10_000, rounds: int = 15) -> Iterator[Ratio]:
    """Measure with all the variables, and with a tenth of them."""
    few = variables // 10
    for where, project in (("of the space", False), ("of a project", True)):
        took = best({size: running(size, project=project) for size in (few, variables)}, rounds)
        times = ", ".join(f"{size:,}: {seconds * 1000:.1f} ms" for size, seconds in took.items())
        print(f"variables {where}  {times}")
        yield Ratio(f"variables {where}, {variables:,} / {few:,}", took[variables] / took[few], most=12)


if __name__ == "__main__":
    measure(main, variables=20, rounds=1)
