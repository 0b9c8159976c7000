"""`octotui completion SHELL`, and what shells are offered: processes, runs, questions."""

from collections.abc import Callable, Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem, get_completion_class

SHELLS = ("bash", "zsh", "fish")
Offer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> None:
    """Print what makes a SHELL complete verbs, options, processes, runs and questions.

    In bash: eval "$(octotui completion bash)"; in fish: octotui completion fish | source.
    """
    from octotui.cli.main import cli

    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(cli, {}, "octotui", "_OCTOTUI_COMPLETE").source())


def processes(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The runbooks and projects of the model that was named."""
    from octotui.model.complaints import ModelError
    from octotui.model.read import load

    try:
        model = load(_file(ctx))
    except (ModelError, OSError):
        return []
    return _offered(((slug, each.name) for slug, each in model.processes.items()), incomplete)


def runs(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The newest runs of the space that was named."""
    from octotui.store.journal import Reader

    records = Reader(_journal(ctx)).runs(50) if _journal(ctx).exists() else []
    return _offered(((each.id, f"{each.name} {each.state}") for each in records), incomplete)


def questions(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The open questions of the space that was named."""
    from octotui.runtime.opening import last_state
    from octotui.store.journal import Reader

    if not _journal(ctx).exists():
        return []
    state = last_state(Reader(_journal(ctx)))
    asked = (state.interruptions[name] for _, name in state.asking)
    return _offered(((each.id, f"{each.run} {each.step}") for each in asked), incomplete)


def files(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Files, as the shell knows them."""
    return [CompletionItem(incomplete, type="file")]


def _offered(found: Iterable[tuple[str, str]], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(value, help=told) for value, told in found if value.startswith(incomplete)]


def _file(ctx: click.Context) -> Path:
    return Path(ctx.params.get("file") or ctx.params.get("space") or "")


def _journal(ctx: click.Context) -> Path:
    from octotui.cli.naming import space_of
    from octotui.runtime.opening import space_folder

    named = space_of(str(_file(ctx)), ctx.params.get("state"))
    return space_folder(named.slug, named.state).journal
