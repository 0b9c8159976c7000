"""Completions for shells, from the model or the space that was named."""

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
    """Complete runbooks and projects."""
    return _declared(ctx, incomplete, lambda model: model.processes)


def environments(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete environments."""
    return _declared(ctx, incomplete, lambda model: model.environments)


def tenants(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete tenants."""
    return _declared(ctx, incomplete, lambda model: model.tenants)


def channels(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the channels of the named project."""
    project = _said(ctx).get("project")
    return _declared(
        ctx, incomplete, lambda model: model.projects[project].channels if project in model.projects else {}
    )


def pools(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete pools and workers."""
    return _declared(ctx, incomplete, lambda model: {**model.pools, **model.workers})


def machines(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete workers and targets."""
    return _declared(ctx, incomplete, lambda model: model.machines)


def steps(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the steps of the named run or process, else of all processes."""
    said = _said(ctx)
    if "run" in said:
        return _offered(((name, "") for name in _steps_of_run(ctx, said["run"])), incomplete)
    model = _model(ctx)
    process = next((said[each] for each in ("process", "project") if each in said), None)
    found = () if model is None else steps_of(model)
    names = dict.fromkeys(step.name for at, step in found if process in (None, at[1]))
    return _offered(((name, "") for name in names), incomplete)


def releases(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the releases of the named project, the newest first."""
    state = _state(ctx)
    project = _said(ctx).get("project") or _said(ctx).get("process")
    found = [] if state is None else [each for _, each in state.releases.items()]
    made = sorted((each for each in found if each.process == project), key=lambda each: -each.created)
    return _offered(((each.version, each.channel or "") for each in made), incomplete)


def runs(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the newest runs of the named space."""
    from octotui.store.errors import StoreError
    from octotui.store.journal.journal import JournalReader

    journal = _journal(ctx)
    try:
        records = [] if journal is None else JournalReader(journal).runs(50)
    except StoreError:
        records = []
    return _offered(((each.id, f"{each.name} {each.state}") for each in records), incomplete)


def questions(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the open questions of the named space."""
    state = _state(ctx)
    asked = () if state is None else (state.interruptions[name] for _, name in state.asking)
    return _offered(((each.id, f"{each.run} {each.step}") for each in asked), incomplete)


BY_PARAMETER: Mapping[str, Completer] = {
    "channel": channels,
    "environment": environments,
    "names": pools,
    "worker": machines,
    "workers": machines,
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
"""Completers by name of parameter, in every verb."""


def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the completions of a text parameter."""
    completer = BY_PARAMETER.get(param.name or "")
    return completer(ctx, param, incomplete) if completer else []


def _declared(
    ctx: click.Context, incomplete: str, part: Callable[[Model], Mapping[str, object]]
) -> list[CompletionItem]:
    """Return the slugs that a part of the model declares."""
    model = _model(ctx)
    found = {} if model is None else part(model)
    return _offered(((slug, getattr(each, "name", "")) for slug, each in found.items()), incomplete)


def _offered(choices: Iterable[tuple[str, str]], incomplete: str) -> list[CompletionItem]:
    """Return the choices that begin so, except those with invisible characters."""
    return [
        CompletionItem(value, help=visible(text))
        for value, text in choices
        if value.startswith(incomplete) and visible(value) == value
    ]


def _file(ctx: click.Context) -> Path:
    return Path(_said(ctx).get("file") or _said(ctx).get("space") or "")


def _said(ctx: click.Context) -> dict[str, Any]:
    """Return the arguments before the completed word; after an option click leaves arguments unnamed."""
    arguments = [each.name or "" for each in ctx.command.params if isinstance(each, click.Argument)]
    named = {name: value for name, value in ctx.params.items() if value}
    return {**dict(zip(arguments, ctx.args, strict=False)), **named}


def _model(ctx: click.Context) -> Model | None:
    """Load the model of the named file, or of the space."""
    from octotui.model.complaints import ModelError
    from octotui.model.toml.read import load

    try:
        return load(_file(ctx))
    except (ModelError, OSError):
        state = _state(ctx)
        return None if state is None else state.model


def _state(ctx: click.Context) -> State | None:
    """Return the State of the named space, if there is one."""
    from octotui.runtime.open_space import last_state
    from octotui.store.errors import StoreError
    from octotui.store.journal.journal import JournalReader

    journal = _journal(ctx)
    try:
        return None if journal is None else last_state(JournalReader(journal))
    except StoreError:
        return None


def _steps_of_run(ctx: click.Context, run: str) -> list[str]:
    """Return the names of a run's steps."""
    from octotui.engine.evolve.evolve import DOES_NOT_FIT, replay
    from octotui.store.errors import StoreError
    from octotui.store.journal.journal import JournalReader

    journal, name = _journal(ctx), f"run-{str(run).removeprefix('run-')}"
    try:
        reader = None if journal is None else JournalReader(journal)
        root = None if reader is None else reader.root_of(name)
        found = replay(reader.family(root)).runs.get(name) if reader is not None and root else None
    except (StoreError, *DOES_NOT_FIT):
        found = None
    return [] if found is None else [step.name for step in found.runbook.steps]


def _journal(ctx: click.Context) -> Path | None:
    """Return the journal of the named space, if there is one and it is trusted."""
    from octotui.cli.spaces.space_argument import UnknownSpace, space_named
    from octotui.store.errors import StoreError
    from octotui.store.space_folder import space_folder

    try:
        named = space_named(str(_file(ctx)), ctx.params.get("state"))
        journal = space_folder(named.slug, named.state).journal
        return journal if journal.exists() else None
    except (UnknownSpace, StoreError, OSError):
        return None
