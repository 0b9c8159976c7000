"""What shells are offered to complete: what the space or model that was named has of each kind."""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from octotui.engine.state import State
from octotui.model.iteration import steps as steps_of
from octotui.model.space import Model
from octotui.views.text.visible_text import visible

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def processes(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The runbooks and projects of the model or space that was named."""
    return _declared(ctx, incomplete, lambda model: model.processes)


def environments(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Its environments."""
    return _declared(ctx, incomplete, lambda model: model.environments)


def tenants(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Its tenants."""
    return _declared(ctx, incomplete, lambda model: model.tenants)


def channels(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The channels of the project that was named."""
    project = _said(ctx).get("project")
    return _declared(
        ctx, incomplete, lambda model: model.projects[project].channels if project in model.projects else {}
    )


def pools(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Its pools and workers."""
    return _declared(ctx, incomplete, lambda model: {**model.pools, **model.workers})


def steps(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The steps of the run or the process that was named, else of all processes."""
    said = _said(ctx)
    if "run" in said:
        return _offered(((name, "") for name in _steps_of_run(ctx, said["run"])), incomplete)
    model = _model(ctx)
    process = next((said[each] for each in ("process", "project") if each in said), None)
    found = () if model is None else steps_of(model)
    names = dict.fromkeys(step.name for at, step in found if process in (None, at[1]))
    return _offered(((name, "") for name in names), incomplete)


def releases(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The releases of the project that was named, the newest first."""
    state = _state(ctx)
    project = _said(ctx).get("project") or _said(ctx).get("process")
    found = [] if state is None else [each for _, each in state.releases.items()]
    made = sorted((each for each in found if each.process == project), key=lambda each: -each.created)
    return _offered(((each.version, each.channel or "") for each in made), incomplete)


def runs(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The newest runs of the space that was named."""
    from octotui.store.journal.journal import JournalReader

    journal = _journal(ctx)
    records = JournalReader(journal).runs(50) if journal is not None else []
    return _offered(((each.id, f"{each.name} {each.state}") for each in records), incomplete)


def questions(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The open questions of the space that was named."""
    state = _state(ctx)
    asked = () if state is None else (state.interruptions[name] for _, name in state.asking)
    return _offered(((each.id, f"{each.run} {each.step}") for each in asked), incomplete)


BY_PARAMETER: Mapping[str, Completer] = {
    "channel": channels,
    "environment": environments,
    "names": pools,
    "process": processes,
    "project": processes,
    "release": releases,
    "run": runs,
    "runbook": processes,
    "skip": steps,
    "source": environments,
    "step": steps,
    "tenant": tenants,
}
"""What a parameter of that name takes, in every verb that has one."""


def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """What is offered for a parameter that takes text."""
    completer = BY_PARAMETER.get(param.name or "")
    return completer(ctx, param, incomplete) if completer else []


def _declared(
    ctx: click.Context, incomplete: str, part: Callable[[Model], Mapping[str, object]]
) -> list[CompletionItem]:
    """What a part of the model declares, each by its slug."""
    model = _model(ctx)
    found = {} if model is None else part(model)
    return _offered(((slug, getattr(each, "name", "")) for slug, each in found.items()), incomplete)


def _offered(choices: Iterable[tuple[str, str]], incomplete: str) -> list[CompletionItem]:
    """What can be typed; a value that a shell would not show as it is cannot."""
    return [
        CompletionItem(_typed(value), help=visible(text))
        for value, text in choices
        if value.startswith(incomplete) and visible(value) == value
    ]


def _typed(value: str) -> str:
    """A value as it is typed; bash alone leaves it to us to escape blanks and the like."""
    if not os.environ.get("_OCTOTUI_COMPLETE", "").startswith("bash"):
        return value
    return re.sub(r"([^\w@%+=:,./-])", r"\\\1", value)


def _file(ctx: click.Context) -> Path:
    return Path(_said(ctx).get("file") or _said(ctx).get("space") or "")


def _said(ctx: click.Context) -> dict[str, Any]:
    """What was said before the word that is completed; behind an option click leaves arguments unnamed."""
    arguments = [each.name or "" for each in ctx.command.params if isinstance(each, click.Argument)]
    named = {name: value for name, value in ctx.params.items() if value}
    return {**dict(zip(arguments, ctx.args, strict=False)), **named}


def _model(ctx: click.Context) -> Model | None:
    """The model of the file that was named, or of the space."""
    from octotui.model.complaints import ModelError
    from octotui.model.toml.read import load

    try:
        return load(_file(ctx))
    except (ModelError, OSError):
        state = _state(ctx)
        return None if state is None else state.model


def _state(ctx: click.Context) -> State | None:
    """How the space that was named stands, if there is one."""
    from octotui.runtime.open_space import last_state
    from octotui.store.errors import StoreError
    from octotui.store.journal.journal import JournalReader

    journal = _journal(ctx)
    try:
        return None if journal is None else last_state(JournalReader(journal))
    except StoreError:
        return None


def _steps_of_run(ctx: click.Context, run: str) -> list[str]:
    """The names of the steps that a run may have output of."""
    from octotui.engine.evolve.evolve import replay
    from octotui.store.errors import StoreError
    from octotui.store.journal.journal import JournalReader

    journal, name = _journal(ctx), f"run-{str(run).removeprefix('run-')}"
    try:
        reader = None if journal is None else JournalReader(journal)
        root = None if reader is None else reader.root_of(name)
        found = replay(reader.family(root)).runs.get(name) if reader is not None and root else None
    except StoreError:
        found = None
    return [] if found is None else [step.name for step in found.runbook.steps]


def _journal(ctx: click.Context) -> Path | None:
    """The journal of the space that was named, if there is one, and one to be trusted."""
    from octotui.cli.space_argument import UnknownSpace, space_named
    from octotui.runtime.open_space import space_folder
    from octotui.store.errors import StoreError

    try:
        named = space_named(str(_file(ctx)), ctx.params.get("state"))
        journal = space_folder(named.slug, named.state).journal
        return journal if journal.exists() else None
    except (UnknownSpace, StoreError, OSError):
        return None
