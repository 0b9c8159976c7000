"""Options that start a run (process, environment, tenant, values), and the folder of spaces."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TypedDict

import click
from msgspec.structs import replace

from octotui.cli.given_values import (
    ValueOptions,
    ask_for_missing,
    value_options,
    values_of,
    warn_of_typed_secrets,
)
from octotui.cli.terminal.output import refuse
from octotui.engine.commands import StartRun
from octotui.model.complaints import did_you_mean
from octotui.model.quantities import QuantityError, seconds
from octotui.model.space import Model


def state_option(function: click.decorators.FC) -> click.decorators.FC:
    """Add the `--state DIR` option, and `--owner ACCOUNT` for spaces of other accounts."""
    owner = click.option(
        "--owner",
        metavar="ACCOUNT",
        multiple=True,
        envvar="OCTOTUI_OWNER",
        expose_value=False,
        callback=_name_owners,
        help="Accounts whose spaces you trust, besides your own and root; also in OCTOTUI_OWNER.",
    )
    return click.option(
        "--state",
        metavar="DIR",
        type=click.Path(file_okay=False, readable=False, path_type=Path),
        help="Where spaces are kept, instead of the platform's state directory.",
    )(owner(function))


def _name_owners(ctx: click.Context, param: click.Parameter, accounts: tuple[str, ...]) -> None:
    """Trust these accounts for this call."""
    if not accounts:
        return
    from octotui.store.trusted_path import forget_owners, name_owner

    ctx.call_on_close(forget_owners)
    try:
        for account in accounts:
            name_owner(account)
    except ValueError as error:
        raise click.BadParameter(f"{error}: say whose space it is", ctx, param) from None


class StartOptions(ValueOptions):
    """The options for environment, tenant and values of a run."""

    environment: str | None
    tenant: str | None
    skip: tuple[str, ...]
    guided: bool | None


class OutputOptions(TypedDict):
    """The options for output, and for the folder of spaces."""

    as_json: bool
    plain: bool
    state: Path | None


Decorator = Callable[[click.decorators.FC], click.decorators.FC]


def start_options(function: click.decorators.FC) -> click.decorators.FC:
    """Add the options of `StartOptions`."""
    where = click.option(
        "--environment", metavar="E", help="The environment it takes effect in: a slug or a name."
    )
    return where(run_options(function))


def run_options(function: click.decorators.FC) -> click.decorators.FC:
    """Add the options of `StartOptions` except `--environment`."""
    return _all(
        function,
        click.option("--tenant", metavar="T", help="The tenant it is for: a slug or a name."),
        value_options("A value that the run asks for"),
        click.option("--skip", metavar="STEP", multiple=True, help="A step to leave out."),
        click.option(
            "--guided-failure/--no-guided-failure",
            "guided",
            default=None,
            help="Whether a failed step asks what to do; without it, the model says.",
        ),
    )


def telling_options(function: click.decorators.FC) -> click.decorators.FC:
    """Add the options of `OutputOptions`."""
    return _all(
        function,
        click.option("--json", "as_json", is_flag=True, help="Print JSON Lines: events, then a Summary."),
        click.option("--ascii", "plain", is_flag=True, help="Draw with ASCII characters."),
        state_option,
    )


def attending_options(function: click.decorators.FC) -> click.decorators.FC:
    """Add the options for a run's start time and its preset answers."""
    return _all(
        function,
        click.option("--at", metavar="TIME", help='Start at a time here, such as "2026-11-23 03:00".'),
        click.option("--in", "after", metavar="DURATION", help='Start after a while, such as "90s" or "2h".'),
        click.option(
            "--detach", is_flag=True, help="Start it, print its id alone (or RunQueued), and do not wait."
        ),
        click.option("--top", is_flag=True, help="Move it to the top of the queue."),
        click.option(
            "--pass-env",
            "pass_env",
            metavar="VAR",
            multiple=True,
            help="Let this run read sensitive values from your VAR; for the owner of the space.",
        ),
        click.option(
            "--proceed", "answer", flag_value="proceed", help="Answer every manual step with proceed."
        ),
        click.option(
            "--abort",
            "answer",
            flag_value="abort",
            help="Answer every manual step with abort, and every failed step with fail.",
        ),
    )


def _all(function: click.decorators.FC, *decorators: Decorator[click.decorators.FC]) -> click.decorators.FC:
    for decorate in reversed(decorators):
        function = decorate(function)
    return function


def start_command(model: Model, process: str, options: StartOptions) -> StartRun:
    """Return the command to start a process; exit with code 2 for an unknown name."""
    start = StartRun(
        process=process,
        environment=environment_of(model, options["environment"]),
        tenant=tenant_of(model, options["tenant"]),
        requester=account(),
        variables=values_of(options),
        skip=options["skip"],
        guided=options["guided"],
    )
    warn_of_typed_secrets(model, start, options)
    return replace(start, variables=ask_for_missing(model, start))


def what_to_run(model: Model, argument: str) -> str:
    """Return the slug of a runbook or project; exit with code 2 where it is unknown."""
    kind = "runbook or project" if model.projects else "runbook"
    return slug_of(kind, argument, model.processes)


def project_of(model: Model, argument: str) -> str:
    """Return the slug of a project; exit with code 2 where it is unknown."""
    return slug_of("project", argument, model.projects)


def environment_of(model: Model, argument: str | None) -> str | None:
    """Return the slug of an environment, if given; exit with code 2 where it is unknown."""
    return None if argument is None else slug_of("environment", argument, model.environments)


def tenant_of(model: Model, argument: str | None) -> str | None:
    """Return the slug of a tenant, if given; exit with code 2 where it is unknown."""
    return None if argument is None else slug_of("tenant", argument, model.tenants)


def process_option(function: click.decorators.FC) -> click.decorators.FC:
    """Add the `--process P` option, also called `--project`."""
    text = "Of which runbook or project: a slug or a name."
    return click.option("--process", "--project", "process", metavar="P", help=text)(function)


def process_of(model: Model, argument: str | None) -> str | None:
    """Return the slug of a runbook or project, if given; exit with code 2 where it is unknown."""
    return None if argument is None else slug_of("runbook or project", argument, model.processes)


def starting_time(at: str | None, after: str | None, now: float) -> float | None:
    """Return the time (seconds since 1970) of `--at` or `--in`; exit with code 2 for an invalid one."""
    if at is not None and after is not None:
        refuse("--at and --in do not go together; give one of them")
    if after is not None:
        try:
            return now + seconds(after)
        except QuantityError as error:
            refuse(f"--in: {error}")
    if at is None:
        return None
    try:
        moment = datetime.fromisoformat(at).timestamp()
    except (ValueError, OverflowError, OSError):
        refuse(f'--at takes a time such as "2026-11-23 03:00", not “{at}”')
    if moment <= now:
        refuse(f"--at {at} has passed; the run starts now without it")
    return moment


def account() -> str:
    """Return the name of the calling account, whatever its environment says."""
    from octotui.runtime.server.peer_credentials import this_account

    return this_account()


def slug_of(kind: str, argument: str, declared: Mapping[str, object]) -> str:
    """Resolve a typed slug or name to a slug; exit with code 2 where there is none."""
    if argument in declared:
        return argument
    names = {slug: getattr(each, "name", slug) for slug, each in declared.items()}
    meant = [slug for slug, name in names.items() if name.casefold() == argument.casefold()]
    if len(meant) > 1:
        refuse(f"several {kind}s are called “{argument}”: say which by its slug, {' or '.join(meant)}")
    if not meant:
        refuse(f"there is no {kind} “{argument}”{did_you_mean(argument, declared, names.values())}")
    return meant[0]
