"""What an account has started last: runbooks and projects, environments and tenants, the latest first."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from octotui.engine.state import State
from octotui.views.runs import EndedRun


class Started(NamedTuple):
    """A run that somebody started: its number, its process, and where; `""` for none."""

    number: int
    process: str
    environment: str
    tenant: str


class LastUsed(NamedTuple):
    """The runs that an account has started, the latest first."""

    runs: tuple[Started, ...] = ()

    def processes(self) -> Iterator[str]:
        """Yield processes, each once, the one started last first."""
        yield from dict.fromkeys(each.process for each in self.runs)

    def environments(self, process: str) -> Iterator[str]:
        """Yield environments, those of a process first."""
        yield from dict.fromkeys(each.environment for each in self._for(process))

    def tenants(self, process: str, environment: str) -> Iterator[str]:
        """Yield tenants, those of a process in an environment first."""
        here = [each for each in self._for(process) if each.environment == environment]
        yield from dict.fromkeys(each.tenant for each in (*here, *self._for(process)))

    def _for(self, process: str) -> list[Started]:
        return sorted(self.runs, key=lambda each: each.process != process)


NOTHING = LastUsed()


def last_used(state: State, past: Sequence[EndedRun], user: str) -> LastUsed:
    """Return what an account has started itself, of open runs and of the ended ones that are at hand."""
    found = {each.number: each for each in (*_ended(past, user), *_open(state, user))}
    return LastUsed(tuple(found[number] for number in sorted(found, reverse=True)))


def _open(state: State, user: str) -> Iterator[Started]:
    for run in state.runs.values():
        asked = run.request
        if run.parent is None and asked.requester == user and asked.schedule is None:
            yield Started(run.number, asked.process, asked.environment or "", asked.tenant or "")


def _ended(past: Iterable[EndedRun], user: str) -> Iterator[Started]:
    for each in past:
        if each.parent is None and each.requester == user:
            yield Started(each.number, each.process, each.environment or "", each.tenant or "")


def used_first(keys: Sequence[str], used: Iterable[str]) -> list[str]:
    """Return keys with those used last first, and the others as they are."""
    known = set(keys)
    first = [each for each in used if each in known]
    return list(dict.fromkeys((*first, *keys)))
