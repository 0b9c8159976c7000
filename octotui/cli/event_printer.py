"""The output of a run without a screen: a line for each change and the tree at its end, or JSON Lines."""

from octotui.cli.summary import summary
from octotui.cli.terminal.output import say, say_json, warn
from octotui.cli.terminal.user_settings import shown_zone
from octotui.engine.events import AnyEvent, AttemptFailed, JobEnded
from octotui.engine.evolve.evolve import evolve
from octotui.engine.state import State
from octotui.views.events.event_text import lines
from octotui.views.files import Where
from octotui.views.labels import ASCII, UNICODE
from octotui.views.text.clock_times import date_and_time
from octotui.views.tree.run_tree import as_lines, rows
from octotui.views.tree.script_notes import file


class EventPrinter:
    """Prints events as they are committed."""

    def __init__(self, *, as_json: bool, ascii_only: bool, timed: bool = False) -> None:
        """Create it; with `timed` each line begins with the date and time of its event."""
        self._as_json = as_json
        self._timed = timed
        self._zone = shown_zone()
        self._glyphs = ASCII if ascii_only else UNICODE
        self.where: Where | None = None  # returns the path of an artifact
        self._buffered: list[tuple[tuple[AnyEvent, ...], State, State]] | None = None
        self._root: str | None = None

    def hold(self) -> None:
        """Buffer events until `follow` names the run to print: others start runs, too."""
        self._buffered = []

    def follow(self, root: str) -> None:
        """Print the buffered and later events of this run and its descendants."""
        if self._buffered is not None:
            self._root = root
            buffered, self._buffered = self._buffered, None
            for each in buffered:
                self.tell(*each)

    def tell(self, events: tuple[AnyEvent, ...], before: State, after: State) -> None:
        """Print the changes of events."""
        if self._buffered is not None:
            self._buffered.append((events, before, after))
            return
        for event in events:
            state = after if event is events[-1] else evolve(before, event)
            root = self._root
            if (
                root is None
                or root == _root_of(event, before, state)
                or _is_awaited(event, state, after, root)
            ):
                self._tell_one(event, before, state)
            before = state

    def _tell_one(self, event: AnyEvent, before: State, after: State) -> None:
        if self._as_json:
            say_json(event)
            return
        moment = f"{date_and_time(event.at, self._zone)}  " if self._timed else ""
        for line in lines(event, before, after, event.at, self._zone):
            say(f"{moment}{self._glyphs.text(line)}")
        self._tell_files(event)

    def _tell_files(self, event: AnyEvent) -> None:
        """Print the paths of a job's artifacts."""
        if isinstance(event, AttemptFailed | JobEnded) and self.where is not None:
            for each in event.artifacts:
                say(f"{event.run}  {file(each)} kept at {self.where(event.run, event.job, each.name)}")

    def end(self, state: State, root: str, now: float) -> None:
        """Print the allocation tree, or the Summary."""
        if self._as_json:
            say_json(summary(state, root, self.where))
            return
        say("")
        for line in as_lines(rows(state, root, now, self._zone), self._glyphs):
            say(line)
        run = state.runs[root]
        if run.state in ("failed", "timed-out") and run.reason:
            warn(f"{root} {run.state.replace('-', ' ')}: {run.reason}")


def _root_of(event: AnyEvent, before: State, after: State) -> str | None:
    """Return the root of the family that an event is about."""
    name = getattr(event, "run", "")
    run = after.runs.get(name) or before.runs.get(name)
    return run.root if run else None


def _is_awaited(event: AnyEvent, state: State, after: State, root: str) -> bool:
    """Return whether an event is about a machine of a pool that a run of a family waits for (W12)."""
    lease = state.machine_leases.get(getattr(event, "lease", ""))
    return lease is not None and any(
        run.root == root and lease.pool in run.selection.awaits
        for known in (state, after)
        for run in (known.runs[name] for _, name in known.awaiting)
    )
