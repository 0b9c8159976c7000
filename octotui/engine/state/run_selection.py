"""The choices for a run: versions of packages, workers, and targets.

Theory of operation. Versions are those of the release, or chosen once, while the run is queued; targets are
selected once, before its first step. Workers are selected for all steps still to come each time the run has
none leased: when it starts, and again when it goes on after people were asked. `picks` keeps what was
selected before, so that a step's `pick` stays valid; those from `selected` on are the current ones, leased
until the run pauses or ends. A worker that is lost meanwhile may be given up for another one, whose pick is
appended.
"""

from typing import Literal

import msgspec

from octotui.engine.state.records import Pick, RejectedCandidate


class RunSelection(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The versions, workers and targets of a run (P, W5 to W8, S6)."""

    versions: dict[str, str] | None = None
    problems: tuple[str, ...] = ()
    picks: tuple[Pick, ...] = ()
    selected: int = 0  # the first pick of the current selection
    leased: bool = False
    acquired: Literal["no", "yes", "failed", "again"] = "no"  # again: on another worker than before
    targeted: bool = False  # its targets are selected
    without: tuple[RejectedCandidate, ...] = ()  # targets rejected at the selection
    excluded: tuple[str, ...] = ()  # targets excluded later
    awaits: tuple[str, ...] = ()  # dynamic pools without a machine, before workers are selected (W12)
    keeps: tuple[str, ...] = ()  # those that have one, which it needs as well
    awaits_since: float | None = None
    awaits_until: float | None = None  # then it fails
    checks: tuple[str, ...] = ()  # workers of which one is to be checked before any are selected (W4)
    checks_since: float | None = None
    given_up: tuple[int, ...] = ()  # picks whose worker was lost, and whose steps got another one (M6)
    digests: dict[str, str] = {}  # of images, by `WORKER IMAGE`, once they are acquired (S8)

    @property
    def current(self) -> tuple[Pick, ...]:
        """The picks of the current selection."""
        return self.picks[self.selected :]

    @property
    def leases(self) -> tuple[Pick, ...]:
        """The picks whose workers are leased now."""
        if not self.leased:
            return ()
        picks = enumerate(self.current, start=self.selected)
        return tuple(pick for offset, pick in picks if offset not in self.given_up)

    def digest_of(self, worker: str | None, image: str) -> str:
        """Return the digest that an image had on a worker when it was acquired there, or `""`."""
        return self.digests.get(f"{worker} {image}", "")

    def version_of(self, requirement: str) -> str:
        """Return the version chosen for a requirement (`tools`, `container:alpine@3.x`), or `""`."""
        return (self.versions or {}).get(requirement, "")
