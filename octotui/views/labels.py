"""Labels of states: a sign, a word and a colour role each, in a Unicode and an ASCII set.

Rows name a `Sign`; its character is chosen where it is drawn.
"""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Literal

import msgspec

from octotui.engine.state import Job, JobState, Run, RunState, StepState
from octotui.model.process import OF_IMAGES
from octotui.model.space import Model

Sign = Literal[
    "queued", "active", "waits", "asks", "ending", "good", "warned", "bad", "stopped", "skipped", "pending",
    "idle", "lock",
]  # fmt: skip
Role = Literal["plain", "muted", "strong", "lit", "active", "waits", "asks", "good", "warned", "bad"]


class Mark(msgspec.Struct, frozen=True):
    """The label of a state: a sign, a word, and a colour role."""

    sign: Sign
    word: str
    role: Role


class Glyphs(msgspec.Struct, frozen=True):
    """A set of characters to draw with."""

    name: str
    signs: dict[Sign, str]
    next: str  # at what is selected next
    here: str
    rule: str
    letters: dict[str, str] = {}
    bar: tuple[str, str] = ("█", "░")  # what is done, and what is left
    fold: tuple[str, str] = ("▸", "▾")  # of a family whose runs are folded away, or listed below
    marked: str = "◆"

    def sign(self, sign: Sign) -> str:
        """Return the character of a sign."""
        return self.signs[sign]

    def progress(self, percentage: int, width: int = 20) -> tuple[str, str]:
        """Return a progress bar of `width` cells in two parts: done and left."""
        done = percentage * width // 100
        return self.bar[0] * done, self.bar[1] * (width - done)

    def text(self, text: str) -> str:
        """Translate a text to this set's characters."""
        return (
            text.translate({ord(each): letter for each, letter in self.letters.items()})
            if self.letters
            else text
        )


UNICODE = Glyphs(
    name="unicode",
    signs={
        "queued": "○", "active": "▶", "waits": "◔", "asks": "?", "ending": "◌", "good": "✔", "warned": "!",
        "bad": "✖", "stopped": "⊘", "skipped": "–", "pending": "·", "idle": "·", "lock": "▣",
    },
    next="→",
    here="▌",
    rule="─",
)  # fmt: skip
ASCII = Glyphs(
    name="ascii",
    signs={
        "queued": "o", "active": "*", "waits": "~", "asks": "?", "ending": "%", "good": "+", "warned": "!",
        "bad": "x", "stopped": "/", "skipped": "-", "pending": ".", "idle": ".", "lock": "#",
    },
    next="=",
    here=">",
    rule="-",
    bar=("#", "."),
    fold=("&", ":"),
    marked="@",
    letters={
        "“": '"', "”": '"', "·": "-", "–": "-", "…": "~", "→": ">", "↑": "^", "├": "|", "└": "`",
        "│": "|", "─": "-",
    },
)  # fmt: skip
GLYPHS = {"unicode": UNICODE, "ascii": ASCII}

RUNS: dict[RunState, Mark] = {
    "queued": Mark("queued", "queued", "muted"),
    "executing": Mark("active", "executing", "active"),
    "paused": Mark("asks", "asks", "asks"),
    "cancelling": Mark("ending", "cancelling", "warned"),
    "succeeded": Mark("good", "succeeded", "good"),
    "failed": Mark("bad", "failed", "bad"),
    "cancelled": Mark("stopped", "cancelled", "warned"),
    "timed-out": Mark("bad", "timed out", "bad"),
}
SCHEDULED = Mark("queued", "scheduled", "muted")
WAITS = Mark("waits", "waits", "waits")
JOBS: dict[JobState, Mark] = {
    "waiting": WAITS,
    "running": Mark("active", "running", "active"),
    "asking": Mark("asks", "asks", "asks"),
    "succeeded": Mark("good", "succeeded", "good"),
    "succeeded-with-warnings": Mark("warned", "succeeded with warnings", "warned"),
    "failed": Mark("bad", "failed", "bad"),
    "cancelled": Mark("stopped", "cancelled", "warned"),
    "lost": Mark("bad", "lost", "bad"),
}
STEPS: dict[StepState, Mark] = {
    "pending": Mark("pending", "pending", "muted"),
    "started": Mark("active", "started", "active"),
    "succeeded": JOBS["succeeded"],
    "succeeded-with-warnings": JOBS["succeeded-with-warnings"],
    "failed": JOBS["failed"],
    "skipped": Mark("skipped", "skipped", "muted"),
    "cancelled": JOBS["cancelled"],
    "lost": JOBS["lost"],
}
HEALTH: dict[str, Mark] = {
    "healthy": Mark("good", "healthy", "good"),
    "has-warnings": Mark("warned", "has warnings", "warned"),
    "unhealthy": Mark("bad", "unhealthy", "bad"),
    "unavailable": Mark("bad", "unavailable", "bad"),
    "lost": Mark("bad", "lost", "bad"),
    "unknown": Mark("pending", "unknown", "muted"),
    "disabled": Mark("stopped", "disabled", "muted"),
}
IDLE = Mark("idle", "idle", "muted")
AWAY = Mark("waits", "away", "warned")  # its machine cannot be reached
STOPPING = Mark("ending", "stopping", "warned")


def machine_name(model: Model, slug: str) -> str:
    """Return the name of a worker or target; the slug of what the model does not declare any more."""
    declared = model.workers.get(slug) or model.targets.get(slug)
    return declared.name if declared is not None else slug


def duration(seconds: float) -> str:
    """Format seconds with their units in six cells at most: `12s`, `1m20s`, `2h13m`, `3d04h`.

    The one shape of durations for people, which nobody takes for a time of day.
    """
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days}d{hours:02}h" if days < 100 else f"{days}d"
    if hours:
        return f"{hours}h{minutes:02}m"
    return f"{minutes}m{rest:02}s" if minutes else f"{rest}s"


def ordinal(number: int) -> str:
    """Return an ordinal: first, 2nd, 3rd, 11th."""
    if number == 1:
        return "first"
    last = 0 if 10 <= number % 100 <= 20 else number % 10
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(last, 'th') }"


def listed(names: Iterable[str], *, most: int = 3, last: str = "and") -> str:
    """Join names for a sentence: `a`, `a and b`, `a, b and 5 more`."""
    each = list(dict.fromkeys(names))
    if len(each) > most:
        each = [*each[: most - 1], f"{len(each) - most + 1} more"]
    return f" {last} ".join(filter(None, (", ".join(each[:-1]), each[-1] if each else "")))


def first_of(names: Iterable[str], total: int, *, most: int = 3) -> str:
    """Join the first of many names for a sentence, without a look at the others: `a, b, c and 17 more`."""
    first = [*islice(names, most)]
    more = [f"{total - len(first)} more"] if total > len(first) else []
    return listed((*first, *more), most=most + 1)


def unstopped(sentence: str) -> str:
    """Drop the full stop of a sentence that more follows: `Connection refused, failed`."""
    return sentence.removesuffix(".") if not sentence.endswith("..") else sentence


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: `1 run`, `2 runs`."""
    return f"{number} {one}" if number == 1 else f"{number} {many or one + 's'}"


def size(number: int) -> str:
    """Format bytes: `512 B`, `12 KiB`, `3.4 MiB`."""
    if number < 1024:
        return f"{number} B"
    value, unit = number / 1024, "KiB"
    for larger in ("MiB", "GiB"):
        if value >= 1024:
            value, unit = value / 1024, larger
    return f"{value:.1f} {unit}" if value < 10 and unit != "KiB" else f"{value:.0f} {unit}"


def acquire_text(
    packages: Iterable[tuple[str, str]],
    verbs: tuple[str, str],
    *,
    versions: bool = True,
    joined: Callable[[Iterable[str]], str] = ", ".join,
) -> str:
    """Return what a job brings to a machine, with its verbs: `acquire tools 1.2.0 and pull alpine`.

    The first verb is for packages, the second for images of containers, of whose digests the beginning tells
    them apart.
    """
    plain, images = [], []
    for name, version in packages:
        if name.startswith(OF_IMAGES):
            images.append(f"{name.removeprefix(OF_IMAGES)}{short_digest(version)}")
        else:
            plain.append(f"{name} {version}" if versions else name)
    parts = [f"{verb} {joined(each)}" for verb, each in zip(verbs, (plain, images), strict=True) if each]
    return " and ".join(parts) or f"{verbs[0]} packages"


def with_digests(run: Run, job: Job) -> tuple[tuple[str, str], ...]:
    """Return what a job acquires, with the digests that images had which no registry has fixed."""
    found = run.selection
    return tuple(
        (name, version or found.digest_of(job.worker, name.removeprefix(OF_IMAGES)))
        for name, version in job.packages
    )


def short_digest(digest: str) -> str:
    """Return a digest as it follows an image, cut to be told apart: ` (sha256:4bcff63911fc)`; else `""`."""
    kind, _, number = digest.partition(":")
    return f" ({kind}:{number[:12]})" if number else ""
