"""Options of what if: other sizes of pools, and another task cap."""

from typing import TypedDict

import click

from octotui.cli.shell_completion import pools
from octotui.cli.start_options import slug_of
from octotui.cli.terminal.output import refuse
from octotui.engine.plans.what_if import WhatIf, pool_size
from octotui.model.space import Model

LONGEST = 12  # digits of a number


class WhatIfOptions(TypedDict):
    """The sizes of pools as they are written, another task cap, and whether two plans are compared."""

    pools: tuple[str, ...]
    task_cap: str | None
    compare: bool


def what_if_options(function: click.decorators.FC) -> click.decorators.FC:
    """Add the options of `WhatIfOptions`."""
    compare = click.option(
        "--compare", is_flag=True, help="Print two plans side by side: as it is, and what if."
    )
    cap = click.option(
        "--task-cap", metavar="N", help="What if so many runs executed at a time, such as 3, or +1."
    )
    pool = click.option(
        "--pool",
        "pools",
        metavar="POOL=N",
        multiple=True,
        shell_complete=pools,
        help="What if a pool had so many workers, such as setup=5, or more or fewer than now, such as"
        " setup=+2 or setup=-1: more are copies, fewer the first of them.",
    )
    return pool(cap(compare(function)))


def what_if_of(model: Model, options: WhatIfOptions) -> WhatIf:
    """Return what is to be tried; exit with code 2, and one sentence, where it is not clear."""
    sizes: dict[str, int] = {}
    for text in options["pools"]:
        name, equals, size = text.rpartition("=")
        if not equals or not name:
            refuse(f"--pool takes a pool and a number, such as setup=5, not “{text}”")
        slug = slug_of("pool", name, model.pools)
        if slug in sizes:
            refuse(f"--pool names {slug} twice: give it one size")
        sizes[slug] = _number(f"--pool {name}=", size, pool_size(model.pools[slug]))
    cap = options["task_cap"]
    tried = None if cap is None else _number("--task-cap ", cap, model.engine.task_cap)
    what_if = WhatIf(pools=sizes, task_cap=tried)
    if options["compare"] and what_if.changes_nothing:
        refuse("--compare needs something else to compare with: say --pool POOL=N or --task-cap N")
    return what_if


def _number(option: str, text: str, now: int) -> int:
    """Return a whole number, which may be out of bounds; one with a sign is added to what is there now."""
    sign, digits = (text[:1], text[1:]) if text[:1] in ("+", "-") else ("", text)
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > LONGEST:
        refuse(f"{option.strip('= ')} takes a whole number, such as {option}5 or {option}+1, not “{text}”")
    return now + int(text) if sign else int(text)
