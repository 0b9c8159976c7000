"""`octotui run FILE PROCESS`: a run to its end, without a screen."""

import asyncio
from pathlib import Path

import click
from msgspec.structs import replace

from octotui.cli.models import load_or_exit, refuse, wants_ascii
from octotui.cli.starting import guided_option, process_arguments, start_command, state_option
from octotui.engine.events import Answer


@click.command("run")
@process_arguments
@click.option("--proceed", "answer", flag_value="proceed", help="Answer every manual step with proceed.")
@click.option("--abort", "answer", flag_value="abort", help="Answer abort, and fail to what failed.")
@guided_option
@click.option("--json", "as_json", is_flag=True, help="Print every event, and a Summary, as JSON Lines.")
@click.option("--ascii", "plain", is_flag=True, help="Draw with ASCII characters.")
@state_option
def command(
    file: Path,
    process: str,
    environment: str | None,
    tenant: str | None,
    pairs: tuple[str, ...],
    answer: Answer | None,
    guided: bool | None,
    as_json: bool,
    plain: bool,
    state: Path | None,
) -> None:
    """Run the runbook PROCESS (a slug or a name) of the model FILE, and all that it starts, to the end.

    A question is asked at the terminal, also what to do about a failed step in a guided run. Exit codes:
    0 succeeded, 1 failed, 2 wrong usage or model, 4 only questions are left (the run stays as it is in the
    state directory), 5 cancelled, 130 interrupted.
    """
    model = load_or_exit(file)
    from octotui.cli.attended import Attended
    from octotui.cli.narration import Narration
    from octotui.store.errors import StoreError

    start = replace(start_command(model, process, environment, tenant, pairs), guided=guided)
    narration = Narration(as_json=as_json, ascii_only=wants_ascii(plain))
    try:
        code = asyncio.run(Attended(model, start, answer, narration).run(state))
    except StoreError as error:
        refuse(str(error), 1)
    raise SystemExit(code)
