"""`octotui logs FILE RUN`: what the jobs of a run printed, or print."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import click

from octotui.cli.requests import run_request, verb_options
from octotui.cli.shell_completion import runs
from octotui.cli.spaces.space_argument import SpaceName, no_such_run, run_id, space_argument, space_of
from octotui.cli.terminal.output import say_json, say_output, warn
from octotui.engine.commands import Refused
from octotui.engine.rules.machines import ACQUIRE, PULL, acquisition_name
from octotui.engine.state import Job, State, step_of
from octotui.model.complaints import did_you_mean
from octotui.runtime.server.client import Client
from octotui.store.logs.line_streams import STDERR, STDOUT, LineStreamReader
from octotui.store.logs.log_reader import LogReader
from octotui.ui.log.lines.log_search import FoundLine, LogSearch
from octotui.ui.log.lines.patterns import Pattern
from octotui.views.logs.job_logs import name_of

POLL = 0.2  # seconds between two polls of followed logs
LogPath = Callable[[str, str], Awaitable[Path]]
BLOCK = 1000  # lines at a time
STREAMS = {STDOUT: "stdout", STDERR: "stderr"}


@click.command("logs")
@space_argument
@click.argument("run", shell_complete=runs, required=False)
@click.option("--step", metavar="S", help="Only of this step, by its name.")
@click.option(
    "--stream", type=click.Choice(("stdout", "stderr")), help="Only of this one, where they are told apart."
)
@click.option("--tail", metavar="N", type=click.IntRange(0), help="Only the last N lines of each job.")
@click.option("-f", "--follow", is_flag=True, help="Print new lines as they come, until the run has ended.")
@click.option(
    "-g",
    "--grep",
    metavar="PATTERN",
    help="Only lines that match a regular expression, of RUN or of the last runs; exit code 1 without any.",
)
@click.option(
    "--last", metavar="N", type=click.IntRange(1, 10_000), default=20, help="Search the last N runs (20)."
)
@click.option("--raw", is_flag=True, help="Print control characters as they are; a terminal obeys them.")
@verb_options
def command(
    space: str,
    run: str | None,
    step: str | None,
    stream: str | None,
    tail: int | None,
    follow: bool,
    grep: str | None,
    last: int,
    raw: bool,
    as_json: bool,
    state: Path | None,
) -> None:
    """Print the output of the jobs of RUN, each line behind the name of its step where there are several.

    With --grep, print the matching lines alone, behind run, step and number; without RUN those of the last
    runs, the newest first. A pattern without capitals matches either case.

    Of escape sequences only colours are kept; other control and invisible characters are printed as escapes.
    """
    if grep is not None:
        if follow or tail is not None:
            raise click.UsageError("--grep searches what is there: leave --follow and --tail out")
        search = LogSearch(Pattern(grep), run and run_id(run), last, step, stream, warn)
        _grep(space_of(space, state), search, as_json=as_json, raw=raw)
        return
    if run is None:
        raise click.UsageError("name a RUN, or search the last runs with --grep PATTERN")
    named, name = space_of(space, state), run_id(run)
    printer = LogPrinter(name, step, tail, as_json=as_json, raw=raw, stream=stream)

    async def main() -> None:
        from octotui.cli.spaces.connection import attach, looked_at

        if follow:
            async with attach(named.slug, named.state, file=named.file) as client:
                await printer.follow(client)
        else:
            async with looked_at(named.slug, named.state) as here:
                await printer.take(await here.family(name), here.whole_log)

    run_request(main)


def _grep(space: SpaceName, search: LogSearch, *, as_json: bool, raw: bool) -> None:
    """Print matching lines; exit with code 1 where there are none."""

    async def main() -> bool:
        from octotui.cli.spaces.connection import looked_at

        is_found = False
        async with looked_at(space.slug, space.state) as here:
            if search.run is not None and search.run not in (family := await here.family(search.run)).runs:
                raise no_such_run(search.run, family)
            async for line in search.found(here):
                is_found = True
                _print_found(line, as_json=as_json, raw=raw)
        return is_found

    if not run_request(main):
        raise click.exceptions.Exit(1)


def _print_found(found: FoundLine, *, as_json: bool, raw: bool) -> None:
    log = found.log
    if as_json:
        about = {"run": log.run, "job": log.job, "step": log.name, "number": found.number, "at": found.at}
        say_json(about | {"stream": found.stream, "line": found.text})
    else:
        say_output(found.text, f"{log.run} | {log.name} | {found.number} | ", raw=raw)


class LogPrinter:
    """Prints logs, and knows how much of each was printed."""

    def __init__(
        self,
        run: str,
        step: str | None,
        tail: int | None,
        *,
        as_json: bool,
        raw: bool = False,
        stream: str | None = None,
    ) -> None:
        self._run = run
        self._step = step
        self._tail = tail
        self._as_json = as_json
        self._raw = raw
        self._stream = stream
        self._logs: dict[str, tuple[LogReader, int]] = {}
        self._streams: dict[str, LineStreamReader] = {}

    async def follow(self, client: Client) -> None:
        """Print logs until the run has ended; raises what ends the client before."""
        while True:
            client.check()
            family = client.state if self._run in client.state.runs else await client.family(self._run)
            ended = self._run not in client.state.runs or client.state.runs[self._run].ended
            if ended:
                family = await client.family(self._run)
            await self.take(family, client.whole_log, whole=ended)
            if ended:
                return
            await asyncio.sleep(POLL)

    async def take(self, family: State, where: LogPath, *, whole: bool = True) -> None:
        """Print new lines; an unfinished last one only if the `whole` output is there."""
        if self._run not in family.runs:
            raise no_such_run(self._run, family)
        self._refuse_unknown_step(family)
        jobs = list(self._jobs(family))
        for job in jobs:
            path = await where(job.run, job.id)
            if job.id not in self._logs:
                log, streams = LogReader(path), LineStreamReader(path)
                self._logs[job.id] = log, self._first(log, streams)
                self._streams[job.id] = streams
            with self._logs[job.id][0]:  # a run may have more jobs than files may be open
                self._print(family, job, alone=len(jobs) == 1, whole=whole)

    def _first(self, log: LogReader, streams: LineStreamReader) -> int:
        """Return the line from which on a log is printed: the last lines of the stream that is asked for."""
        if self._tail is None:
            return 0
        if self._stream is None:
            return max(0, log.line_count - self._tail)
        streams.refresh()
        stream = STDERR if self._stream == STREAMS[STDERR] else STDOUT
        return streams.start_of_last(self._tail, stream, log.line_count)

    def _refuse_unknown_step(self, family: State) -> None:
        """Raise Refused where the run has no step of the given name, reached or not."""
        known = [*(step.name for step in family.runs[self._run].runbook.steps), ACQUIRE, PULL]
        if self._step is not None and self._step not in known:
            raise Refused(f"{self._run} has no step “{self._step}”{did_you_mean(self._step, known)}")

    def _jobs(self, family: State) -> Iterator[Job]:
        """Yield the jobs of the run that may print something."""
        for name in family.runs[self._run].progress.jobs:
            job, step = family.jobs[name], step_of(family, family.jobs[name])
            named = step.name if step else acquisition_name(job)
            if job.kind in ("script", "acquire") and self._step in (None, named):
                yield job

    def _print(self, family: State, job: Job, *, alone: bool, whole: bool) -> None:
        log, first = self._logs[job.id]
        log.refresh()
        streams = self._streams[job.id]
        streams.refresh()
        last = log.line_count if whole or log.ends else log.line_count - 1
        name = name_of(family, job)
        for start in range(first, last, BLOCK):
            for number, line in enumerate(log.lines(start, min(start + BLOCK, last)), start):
                stream = STREAMS[streams.of(number)]
                if self._stream not in (None, stream):
                    continue
                if self._as_json:
                    about = {"run": job.run, "job": job.id, "step": name, "at": log.time_of(number)}
                    say_json(about | {"stream": stream, "line": line})
                else:
                    say_output(line, "" if alone else f"{name} | ", raw=self._raw)
        self._logs[job.id] = log, max(first, last)
