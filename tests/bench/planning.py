"""What planning a run costs with 1,000 steps, against 500.

A prediction plays the whole run in virtual time: steps one after the other, steps side by side in one
group, steps with a worker each, one step on as many targets. Each time is the least of several.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from octotui.engine.commands import StartRun
from octotui.engine.state import State
from octotui.model.process import Step
from octotui.model.space import Model, Pool, Target
from octotui.runtime.prediction import predict
from octotui.store.space_folder import SpaceFolder
from octotui.views.tree.run_tree import rows
from tests.ratios import Ratio, measure
from tests.world import START, model, script


def one_after_the_other(steps: int) -> Model:
    """Each step starts after the previous one."""
    return model({"big": [_step(number) for number in range(steps)]})


def side_by_side(steps: int) -> Model:
    """All steps are one group."""
    return model({"big": [_step(number, start="with-previous") for number in range(steps)]})


def one_worker_each(steps: int) -> Model:
    """Every step is a pick of its own, of the worker with the fewest leases."""
    names = tuple(f"worker{number}" for number in range(20))
    pool = Pool(name="Setup", workers=names, affinity="step", policy="least-leases")
    return model({"big": [_step(number) for number in range(steps)]}, workers=20, pools={"setup": pool})


def one_step_on_targets(steps: int) -> Model:
    """One step, on so many targets."""
    targets = {f"web{number}": Target(name=f"Web {number}", roles=("web",)) for number in range(steps)}
    return model({"big": [script("Deploy", pool="setup", roles=("web",), on="target")]}, targets=targets)


def _step(number: int, **more: str) -> Step:
    return script(f"Step {number}", pool="setup", **more)


CASES: dict[str, Callable[[int], Model]] = {
    "steps one after the other": one_after_the_other,
    "steps side by side": side_by_side,
    "steps with a worker each": one_worker_each,
    "one step on targets": one_step_on_targets,
}


def seconds(declared: Model, folder: SpaceFolder) -> float:
    """How long a prediction takes, its tree included."""
    before = perf_counter()
    found = predict(declared, State(), StartRun(process="big"), START, folder)
    rows(found.state, found.root, found.state.at)
    return perf_counter() - before


def main(steps: int = 1000, rounds: int = 7) -> Iterator[Ratio]:
    """Measure each case with all the steps and with half of them, by turns."""
    half = steps // 2
    with TemporaryDirectory() as scratch:
        folder = SpaceFolder(Path(scratch), "bench")
        for name, of_size in CASES.items():
            models = {size: of_size(size) for size in (half, steps)}
            times: dict[int, list[float]] = {size: [] for size in models}
            for _ in range(rounds):
                for size, declared in models.items():
                    times[size].append(seconds(declared, folder))
            small, large = min(times[half]), min(times[steps])
            print(f"{name:28} {half}: {small:.3f} s   {steps}: {large:.3f} s")
            yield Ratio(f"{name}, {steps} / {half}", large / small, most=2.5)


if __name__ == "__main__":
    measure(main, steps=2, rounds=1)
