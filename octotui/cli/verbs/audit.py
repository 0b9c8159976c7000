"""`octotui audit FILE`: the audit of a space, and verification of its journal."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from octotui.cli.since_option import EVERYTHING, Since, since_option
from octotui.cli.spaces.space_argument import space_of, spaces
from octotui.cli.start_options import state_option
from octotui.cli.terminal.output import refuse, say, warn
from octotui.cli.terminal.user_settings import shown_zone, utc_option

if TYPE_CHECKING:
    from octotui.views.events.audit import AuditRow

LONGEST = 1000  # characters that are read of a kept head


@click.command("audit")
@click.argument("file", type=click.Path(readable=False), required=False, shell_complete=spaces)
@click.option("--run", metavar="RUN", help="Only what concerns this run and what it started.")
@click.option("--user", metavar="NAME", help="Only what this person did, or was refused.")
@since_option
@click.option("--verify", is_flag=True, help="Verify every event: none was changed, none is missing.")
@click.option(
    "--head",
    metavar="[HEAD]",
    is_flag=False,
    flag_value="",
    help="Print the head of the chain; with --verify, a head kept earlier (or a file with it) to check.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines.")
@utc_option
@state_option
def command(
    file: str | None,
    run: str | None,
    user: str | None,
    since: Since,
    verify: bool,
    head: str | None,
    as_json: bool,
    state: Path | None,
) -> None:
    """List every start, question, answer, cancel and refusal of a space: who, when, from where.

    The events of a journal are chained by SHA-256. Keep what --head prints somewhere else: --verify with it
    finds any change to what came before. Exit code 1: the chain is broken, or the journal cannot be read.
    """
    if file is None and head and not verify:
        file, head = head, ""  # octotui audit --head FILE
    _refuse_nonsense(file, head, verify=verify, filtered=bool(run or user or since != EVERYTHING))
    from octotui.store.errors import StoreError
    from octotui.store.space_folder import space_folder

    named = space_of(file or "", state)
    try:
        journal = space_folder(named.slug, named.state).journal
        if verify:
            _verify(journal, head or "", as_json=as_json)
        elif head is not None:
            _head(journal, as_json=as_json)
        elif journal.exists():
            _list(journal, run, user, since, as_json=as_json)
    except StoreError as error:
        refuse(str(error), 1)


def _refuse_nonsense(file: str | None, head: str | None, *, verify: bool, filtered: bool) -> None:
    """Exit with code 2 where options exclude each other."""
    if file is None:
        refuse("say of which space: octotui audit FILE")
    if filtered and (verify or head is not None):
        refuse("--verify and --head look at the whole journal: leave --run, --user and --since out")
    if head and not verify:
        refuse("a head is checked with --verify; --head alone prints the present one")


def _head(journal: Path, *, as_json: bool) -> None:
    from octotui.cli.terminal.output import say_json
    from octotui.store.journal.verification import head_of

    head = head_of(journal)
    if as_json:
        say_json(head)
    else:
        say(str(head))


def _kept(head: str) -> str:
    """Return a kept head, or the beginning of the file that it stands in; raises OSError."""
    if not Path(head).is_file():
        return head
    with Path(head).open(errors="replace") as file:
        return file.read(LONGEST)


def _verify(journal: Path, kept: str, *, as_json: bool) -> None:
    """Print breaks of the chain, and exit with code 1 where there are any."""
    from octotui.cli.terminal.output import say_json
    from octotui.store.journal.hash_chain import Head
    from octotui.store.journal.verification import verify

    try:
        head = Head.read(_kept(kept)) if kept else None
    except (ValueError, OSError) as error:
        refuse(str(error))
    verdict = verify(journal, head)
    if as_json:
        say_json(verdict)
    else:
        for each in verdict.breaks:
            warn(each.text)
        also = ", and the kept head is part of it" if head else ""
        if not verdict.breaks:
            say(f"{verdict.events} events, whole{also}; head {verdict.head}")
    if verdict.breaks:
        raise SystemExit(1)


def _list(journal: Path, run: str | None, user: str | None, since: Since, *, as_json: bool) -> None:
    from octotui.cli.terminal.output import say_json
    from octotui.views.events.audit import line
    from octotui.views.text.clock_times import exact_time

    now, zone, empty = time.time(), shown_zone(), True
    for row in _rows(journal, run, since):
        if user is not None and row.user != user:
            continue
        empty = False
        if as_json:
            say_json(row)
        else:
            say(line(row, exact_time(row.at, now, zone)))
    if empty and not as_json:
        say("nothing is recorded that matches: octotui audit FILE lists all that people and schedules did")


def _rows(journal: Path, run: str | None, since: Since) -> "Iterator[AuditRow]":
    """Yield the rows of a journal, or of a run's family, from a time or an event on."""
    from octotui.engine.events import InterruptionRaised
    from octotui.store.journal.event_query import events_of
    from octotui.store.journal.journal import JournalReader
    from octotui.views.events.audit import TELLING, rows

    reader = JournalReader(journal)
    if run is not None:
        root = reader.root_of(run)
        if root is None:
            refuse(f"there is no run {run}: octotui audit without --run lists them all")
        entries = rows(reader.family(root))
        return (row for row in entries if since.admits(row.seq, row.at))

    def raised(name: str, question: str) -> float | None:
        """Return when a question was asked that `since` leaves out."""
        family = reader.family(reader.root_of(name) or name)
        asked = (each for each in family if isinstance(each, InterruptionRaised))
        return next((each.at for each in asked if each.interruption == question), None)

    return rows(
        events_of(journal, [each.__name__ for each in TELLING], since.at or None, since.after), raised
    )
