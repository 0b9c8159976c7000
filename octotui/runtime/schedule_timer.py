"""The next due times of a model's schedules, for a session that starts their runs."""

from octotui.engine.commands import StartDue
from octotui.engine.state import State
from octotui.model.schedules import upcoming
from octotui.model.space import Schedule


class ScheduleTimer:
    """The next due time of each schedule; times missed while no session ran are skipped (Q5)."""

    def __init__(self) -> None:
        self._schedules: dict[str, Schedule] = {}
        self._next: dict[str, float] = {}

    def follow(self, state: State, now: float) -> None:
        """Take over the schedules of a State's model; an unchanged one keeps its due time."""
        enabled = {slug: each for slug, each in state.model.schedules.items() if each.enabled}
        kept = {slug: at for slug, at in self._next.items() if enabled.get(slug) == self._schedules[slug]}
        self._schedules, self._next = enabled, kept
        for slug in enabled:
            if slug not in kept:
                self._set(slug, max(now, state.schedules.get(slug, now)))

    def next(self) -> float | None:
        """Return the earliest due time; None without schedules."""
        return min(self._next.values(), default=None)

    def due(self, now: float) -> list[StartDue]:
        """Return the schedules due by now in order of time, once each, however many times have passed."""
        starts = sorted((at, slug) for slug, at in self._next.items() if at <= now)
        for _, slug in starts:
            self._set(slug, now)
        return [StartDue(schedule=slug, due=at) for at, slug in starts]

    def _set(self, slug: str, after: float) -> None:
        at = next(upcoming(self._schedules[slug], after), None)
        self._next.pop(slug, None)
        if at is not None:
            self._next[slug] = at
