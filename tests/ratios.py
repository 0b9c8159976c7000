"""How the benches in `tests/bench` are run, and what each of them prints: ratios measured in one run.

`python -m tests.bench.NAME` measures, and fails where a ratio misses its bound. The parameters of the bench's
`main` are options of its command line. `--smallest` takes the smallest size of each instead, and only proves
that the bench works: times of so little mean nothing, so no bound is looked at.
"""

import os
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable, Iterable
from inspect import signature
from pathlib import Path
from typing import NamedTuple, ParamSpec

Sizes = ParamSpec("Sizes")
MEMORY = Path("/dev/shm")  # where Linux keeps files in memory


def in_memory() -> str | None:
    """Return a folder for files in memory, or None for the usual one where there is none.

    What a disk's file system takes for a new file differs tenfold between machines: ext4 without a journal
    passes by each one that was removed within the last minutes.
    """
    return str(MEMORY) if os.access(MEMORY, os.W_OK | os.X_OK) else None


class Ratio(NamedTuple):
    """Two measurements, one divided by the other, and the bounds that are wanted of it, if any."""

    name: str
    value: float
    most: float = float("inf")
    least: float = 0.0

    @property
    def is_as_wanted(self) -> bool:
        """Whether the value is within its bounds."""
        return self.least <= self.value <= self.most

    def __str__(self) -> str:
        bounds = [f"at least {self.least:g}"] if self.least else []
        bounds += [f"at most {self.most:g}"] if self.most != float("inf") else []
        wanted = f" (wanted: {', '.join(bounds)})" if bounds else ""
        return f"ratio {self.name}: {self.value:.2f}{wanted}"


def measure(
    main: Callable[Sizes, Iterable[Ratio]], *positional: Sizes.args, **smallest: Sizes.kwargs
) -> None:
    """Call `main` with the sizes of the command line, print its ratios, and exit: with 1 where one is missed.

    `smallest` are its smallest sizes.
    """
    parser = ArgumentParser(description=sys.modules[main.__module__].__doc__)
    parser.formatter_class = RawDescriptionHelpFormatter
    parser.add_argument("--smallest", action="store_true", help="only prove that the bench works")
    usual = {name: parameter.default for name, parameter in signature(main).parameters.items()}
    for name, size in usual.items():
        parser.add_argument(
            f"--{name}", type=int, help=f"{size:,} unless given, {smallest[name]} at the smallest"
        )
    given = vars(parser.parse_args())
    is_smallest = given.pop("smallest")
    sizes = (smallest if is_smallest else usual) | {
        name: size for name, size in given.items() if size is not None
    }
    met = True
    for ratio in main(*positional, **sizes):
        print(ratio, flush=True)
        met = met and ratio.is_as_wanted
    sys.exit(not met and not is_smallest)
