"""`octotui plan FILE PROCESS`: a predicted run."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click
from msgspec.structs import replace

from octotui.cli.model_files import load_or_exit
from octotui.cli.plans.what_if_options import WhatIfOptions, what_if_of, what_if_options
from octotui.cli.shell_completion import processes
from octotui.cli.spaces.model_argument import file_argument, model_path
from octotui.cli.start_options import (
    OutputOptions,
    StartOptions,
    start_command,
    start_options,
    telling_options,
    what_to_run,
)
from octotui.cli.terminal.output import refuse, wants_ascii, warn
from octotui.engine.commands import Refused, StartRun
from octotui.engine.plans.what_if import AS_IS, ChangedSpace, WhatIf, changed_space
from octotui.engine.state import State
from octotui.model.space import Model

if TYPE_CHECKING:
    from octotui.runtime.prediction import Prediction


class PlanOptions(StartOptions, OutputOptions, WhatIfOptions):
    """The options of a plan."""


@click.command("plan")
@file_argument
@click.argument("process", shell_complete=processes)
@click.option("--release", metavar="V", help="The release of a project; without it, the project as it is.")
@click.option("--draft", is_flag=True, help="The runbook as it is declared, though it was published.")
@start_options
@what_if_options
@telling_options
def command(
    file: Path, process: str, release: str | None, draft: bool, **options: Unpack[PlanOptions]
) -> None:
    """Predict a run of PROCESS, a runbook or a project: the tree that would come, with lock waits and times.

    Starts nothing and writes nothing; reads the space's cursors, takes every manual step as proceed, and lets
    what fails fail. A step takes what its last runs in the space took, where three are known; otherwise what
    `simulate` says, or a second. Where runs are open, it says what this one would wait behind if it started
    now.

    With --pool and --task-cap it plans in a space that is changed so; with --compare beside the space as it
    is, both as if the run started now.
    """
    model = load_or_exit(model_path(file, process, options["state"]))
    from octotui.cli.summary import exit_code
    from octotui.runtime.open_space import state_on_disk
    from octotui.runtime.prediction import predict
    from octotui.store.errors import StoreError
    from octotui.store.space_folder import space_folder

    start = replace(start_command(model, what_to_run(model, process), options), release=release, draft=draft)
    what_if = what_if_of(model, options)
    try:
        folder = space_folder(model.space.slug, options["state"])
        before = state_on_disk(folder)
        if options["compare"]:
            raise SystemExit(_compare(before, model, start, what_if, options))
        changed = changed_space(before, model, what_if)
        prediction = predict(changed.model, changed.state, start, time.time(), folder)
    except StoreError as error:
        refuse(str(error), 1)
    except Refused as refused:
        refuse(str(refused))
    _warn_of_secrets(prediction.state)
    _tell(prediction, before, changed, options)
    raise SystemExit(exit_code(prediction.state, prediction.root))


def _compare(before: State, model: Model, start: StartRun, what_if: WhatIf, options: PlanOptions) -> int:
    """Print two plans of a run that starts now; return the exit code of what if. Raises Refused."""
    from octotui.cli.plans.compared_plans import compared_plans
    from octotui.cli.terminal.output import say, say_json
    from octotui.cli.terminal.user_settings import shown_zone
    from octotui.engine.plans.plan_start import plan_start
    from octotui.views.labels import ASCII, UNICODE
    from octotui.views.plans.table import table

    now = time.time()
    as_is, other = (plan_start(before, model, start, now, each) for each in (AS_IS, what_if))
    if options["as_json"]:
        say_json(compared_plans(as_is, other))
    else:
        glyphs = ASCII if wants_ascii(options["plain"]) else UNICODE
        for line in table(as_is, other, shown_zone()):
            say(glyphs.text(line))
    return 1 if other.whole.state in ("failed", "timed-out") else 0


def _tell(prediction: "Prediction", before: State, changed: ChangedSpace, options: PlanOptions) -> None:
    """Print the tree and what is forecast beside open runs, or the Summary."""
    from octotui.cli.summary import estimate_notes, lock_waits, summary_of_plan
    from octotui.cli.summary.started_now import lines, started_now
    from octotui.cli.terminal.output import say, say_json
    from octotui.cli.terminal.user_settings import shown_zone
    from octotui.views.labels import ASCII, UNICODE
    from octotui.views.machines.leases import planned_machines
    from octotui.views.plans.comparison import changes
    from octotui.views.tree.planned import planned
    from octotui.views.tree.run_tree import as_lines, rows

    zone, state = shown_zone(), prediction.state
    now = None if prediction.now is None else started_now(prediction.now, zone)
    if options["as_json"]:
        say_json(summary_of_plan(state, prediction.root, before, now))
        return
    ascii_only = wants_ascii(options["plain"])
    waits, estimates = lock_waits(prediction.events, prediction.first), estimate_notes(state, before)
    both = {name: (waits.get(name), estimates.get(name)) for name in {**waits, **estimates}}
    notes = {name: ", ".join(filter(None, each)) for name, each in both.items()}
    glyphs, root = ASCII if ascii_only else UNICODE, state.runs[prediction.root]
    say("")
    for line in changes(changed):
        say(glyphs.text(f"what if {line}"))
    shown = replace(state, predicted=True)  # answers are in the conditional, too
    for line in as_lines(tuple(planned(rows(shown, root.id, state.at, zone), notes)), glyphs):
        say(line)
    for line in planned_machines(prediction.events, state):
        say(glyphs.text(line))
    for line in () if now is None else ("", *lines(now, zone)):
        say(glyphs.text(line))
    if root.state in ("failed", "timed-out") and root.reason:
        warn(f"{root.id} would {'fail' if root.state == 'failed' else 'time out'}: {root.reason}")


def _warn_of_secrets(state: State) -> None:
    """Warn of sensitive values that jobs of a prediction would read, and that cannot be read here (V5)."""
    from octotui.engine.rules.variable_context import declared
    from octotui.engine.state import step_of
    from octotui.model.space import Value
    from octotui.runtime.jobs.secret_sources import unreadable_here

    read: dict[str, list[Value]] = {}
    for job in (state.jobs[name] for run in state.runs.values() for name in run.progress.jobs):
        if job.kind == "script" and job.started_at is not None:
            for name, value in declared(state, state.runs[job.run], step_of(state, job), job.target).items():
                read.setdefault(name, []).append(value)
    for name, problem in sorted(unreadable_here(read).items()):
        warn(f"the sensitive variable {name} cannot be read here: {problem}")
