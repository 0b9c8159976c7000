"""What shells are offered to complete: processes, runs, questions."""

from collections.abc import Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from octotui.views.text.visible_text import visible


def processes(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The runbooks and projects of the model that was named."""
    from octotui.model.complaints import ModelError
    from octotui.model.toml.read import load

    try:
        model = load(_file(ctx))
    except (ModelError, OSError):
        return []
    return _offered(((slug, each.name) for slug, each in model.processes.items()), incomplete)


def runs(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The newest runs of the space that was named."""
    from octotui.store.journal.journal import JournalReader

    journal = _journal(ctx)
    records = JournalReader(journal).runs(50) if journal is not None else []
    return _offered(((each.id, f"{each.name} {each.state}") for each in records), incomplete)


def questions(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The open questions of the space that was named."""
    from octotui.runtime.open_space import last_state
    from octotui.store.journal.journal import JournalReader

    journal = _journal(ctx)
    if journal is None:
        return []
    state = last_state(JournalReader(journal))
    asked = (state.interruptions[name] for _, name in state.asking)
    return _offered(((each.id, f"{each.run} {each.step}") for each in asked), incomplete)


def _offered(choices: Iterable[tuple[str, str]], incomplete: str) -> list[CompletionItem]:
    """What can be typed; a value that a shell would not show as it is cannot."""
    return [
        CompletionItem(value, help=visible(text))
        for value, text in choices
        if value.startswith(incomplete) and visible(value) == value
    ]


def _file(ctx: click.Context) -> Path:
    return Path(ctx.params.get("file") or ctx.params.get("space") or "")


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
