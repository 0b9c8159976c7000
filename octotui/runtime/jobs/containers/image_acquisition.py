"""Acquisition of images: pulled or built once for each worker, under its exclusive lock (S8, P2)."""

import asyncio
import re
from collections.abc import Callable, Iterable
from secrets import token_hex

from msgspec.structs import replace

from octotui.engine.rules.container_images import image_in
from octotui.engine.state import Job, Outcome, Run, State
from octotui.model.machines.containers import is_built, reference
from octotui.model.process import OF_IMAGES, ContainerSettings, Pull, Step
from octotui.model.quantities import duration
from octotui.model.space import Model
from octotui.runtime.clocks import Clock
from octotui.runtime.jobs.containers.contained_script import part, settings_text
from octotui.runtime.jobs.containers.machine_script import own_script, run_script
from octotui.runtime.jobs.containers.registry_logins import MissingLogin, is_plain, logins_for
from octotui.runtime.jobs.masking import SensitiveValues
from octotui.workers.executor import StartError
from octotui.workers.machine import AttemptKey, Machine

LIMIT = 3600.0  # seconds that a pull may take where its step has no time limit
KINDS = frozenset({"known", "before", "pulled", "problem"})  # of what a script says of an image
MOST = 1000  # characters of that
DIGITS = 18  # of a size

Say = Callable[[str], None]
"""Takes a line of a job's output."""

CAUSES = (
    ("no space left", "the disk of {worker} is full"),
    ("subuid", "podman needs ranges of ids for its account on {worker}: see usermod --add-subuids"),
    (
        "newuidmap",
        "podman needs ranges of ids, and newuidmap, for its account on {worker}: see usermod --add-subuids",
    ),
    ("unauthorized", "the registry refuses: give the feed a token_env, and the username that it is of"),
    (
        "authentication required",
        "the registry refuses: give the feed a token_env, and the username that it is of",
    ),
    ("denied", "the registry refuses: give the feed a token_env, and the username that it is of"),
    ("no such host", "the registry cannot be reached"),
    ("connection refused", "the registry cannot be reached"),
    ("manifest unknown", "the registry has no such image"),
    ("name unknown", "the registry has no such image"),
    ("not found", "the registry has no such image"),
)

STRICT: tuple[Pull, ...] = ("always", "never")


def images_of(job: Job) -> tuple[tuple[str, str], ...]:
    """Return the images that an acquisition brings to its machine, each with its digest, or `""`."""
    return tuple(
        (name.removeprefix(OF_IMAGES), digest) for name, digest in job.packages if name.startswith(OF_IMAGES)
    )


def packages_of(job: Job) -> tuple[tuple[str, str], ...]:
    """Return the packages that it brings there."""
    return tuple(each for each in job.packages if not each[0].startswith(OF_IMAGES))


class ImageAcquisition:
    """Brings images to machines; stopped by the name of its job."""

    def __init__(self, space: str, masked: SensitiveValues, now: Clock) -> None:
        """Take the name of the space on its machines, and what is masked."""
        self._space = space
        self._masked = masked
        self._now = now
        self._tasks: dict[str, asyncio.Task[Outcome]] = {}

    async def acquire(self, state: State, job: Job, machine: Machine, say: Say) -> Outcome:
        """Bring the images of a job to its machine, one after the other. Raises Unreachable."""
        task = self._tasks[job.id] = asyncio.ensure_future(self._acquire(state, job, machine, say))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.cancelled() or (current := asyncio.current_task()) is None or current.cancelling():
                task.cancel()
                await asyncio.wait({task})
                raise
            return Outcome(state="cancelled")
        finally:
            self._tasks.pop(job.id, None)

    def stop(self, job: str) -> None:
        """Cancel an acquisition."""
        if job in self._tasks:
            self._tasks[job].cancel()

    async def _acquire(self, state: State, job: Job, machine: Machine, say: Say) -> Outcome:
        done = Outcome(state="succeeded", exit_code=0)
        for image, digest in images_of(job):
            step = _step(state.runs[job.run], image)
            pulled = await self._pull(state.model, job, machine, (image, digest), step, say)
            warnings, digests = (*done.warnings, *pulled.warnings), {**done.digests, **pulled.digests}
            done = replace(pulled, warnings=warnings, digests=digests)
            if done.state != "succeeded":
                break
        return done

    async def _pull(
        self,
        model: Model,
        job: Job,
        machine: Machine,
        named: tuple[str, str],
        step: Step | None,
        say: Say,
    ) -> Outcome:
        image, digest = named
        settings = ContainerSettings() if step is None else step.contained
        limit = (step and step.time_limit) or LIMIT
        feeds, worker, built = tuple(model.feeds.values()), job.worker or "", is_built(image)
        try:
            login, secrets = logins_for(feeds, image, built=built)
        except MissingLogin as problem:
            return Outcome(state="failed", reason=str(problem))
        self._masked.hold(job.run, secrets)
        found = _Found(token_hex(8), digest, lambda line: say(self._masked.text(line)))
        given = {
            "mark": found.mark,
            "worker": worker,
            "image": reference(image, digest),
            "pull": "missing" if built or digest else settings.pull,
            "built": "1" if built else "",
            "login": "1" if login else "",
            "plain": "1" if is_plain(feeds, image) else "",
        }
        values = {"Login": login, "Dockerfile": settings.dockerfile or ""}
        spec = own_script(model, worker, machine, settings_text(given) + part("acquire"), values)
        key = AttemptKey(self._space, f"image-{job.id}-{round(self._now() * 1000)}")
        say(f"{'building' if built else 'looking for'} {image} on {worker}")
        verb = "built" if built else "pulled"
        try:
            async with asyncio.timeout(limit):
                outcome = await run_script(machine, key, spec, found.take)
        except StartError as problem:
            return Outcome(state="failed", reason=str(problem))
        except TimeoutError:
            reason = self._masked.text(found.too_slow(image, worker, verb, limit))
            return Outcome(state="failed", reason=reason)
        if outcome.state == "succeeded":
            warning = found.change(image, worker)
            say(found.sentence(image, worker))
            warnings = (warning,) if warning else ()
            digests = {image: known} if (known := found.digest) else {}
            return Outcome(state="succeeded", exit_code=0, warnings=warnings, digests=digests)
        reason = self._masked.text(found.reason(image, worker, verb))
        return Outcome(state="failed", exit_code=outcome.exit_code, reason=reason)


class _Found:
    """What a script has said of an image, and the lines of the engine, which are passed on."""

    def __init__(self, mark: str, digest: str, say: Say) -> None:
        self.mark = mark
        self._digest = digest
        self._say = say
        self._known: dict[str, str] = {}
        self._lines: list[str] = []

    def take(self, line: str) -> None:
        """Take a line of the script."""
        if line.startswith(f"{self.mark} "):
            kind, _, said = line.removeprefix(f"{self.mark} ").partition(" ")
            if kind in KINDS:
                self._known[kind] = said[:MOST]
        else:
            self._lines = [*self._lines[-20:], line]
            self._say(line)

    @property
    def digest(self) -> str:
        """The digest of the image that is there now, or its id where no registry has it."""
        known = self._known.get("known") or self._known.get("pulled", "")
        said = self._identity(known).partition(" ")[0] if known else ""
        return said if re.fullmatch("sha256:[0-9a-f]{2,64}", said) else ""

    def too_slow(self, image: str, worker: str, verb: str, limit: float) -> str:
        """Return what became of a pull that did not end in time, with the last line of the engine."""
        said = _last(self._lines)
        why = f": {said}" if said else ""
        return f"{image} was not {verb} on {worker} within {duration(limit)}, its time limit{why}"

    def sentence(self, image: str, worker: str) -> str:
        """Return what there is of the image on the worker now."""
        now = "" if "known" in self._known else " now"
        known = self._identity(self._known.get("known") or self._known.get("pulled", ""))
        return f"{worker} has {image}{now}: {known}"

    def change(self, image: str, worker: str) -> str:
        """Return a warning where the image of this name is another one than the worker had."""
        before, after = self._known.get("before", ""), self._known.get("pulled", "")
        if not before or before.split(" ")[0] == after.split(" ")[0]:
            return ""
        was, is_now = self._identity(before), self._identity(after)
        return f"{image} is another image than {worker} had: {is_now} in place of {was}"

    def reason(self, image: str, worker: str, verb: str) -> str:
        """Return why there is no image, in one sentence."""
        if "problem" in self._known:
            return self._known["problem"]
        said = _last(self._lines)
        for sign, cause in CAUSES:
            if sign in said.lower():
                return f"{image} cannot be {verb} on {worker}: {cause.format(worker=worker)} ({said})"
        return f"{image} cannot be {verb} on {worker}{f': {said}' if said else ''}"

    def _identity(self, said: str) -> str:
        """Return the digest of an image, or its id where no registry has it, and its size."""
        identity, _, rest = said.partition(" ")
        number, *digests = rest.split(" ")
        digest = next((each.partition("@")[2] for each in digests if "@sha256:" in each), "")
        known = self._digest or digest or (identity if ":" in identity else f"sha256:{identity}")
        return f"{known} ({int(number) / 1e6:.1f} MB)" if _is_size(number) else known


def _is_size(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= DIGITS


def _last(lines: Iterable[str]) -> str:
    """Return the last line that an engine has said as an error, shortened."""
    said = [line.strip() for line in lines if line.strip()]
    errors = [line for line in said if line.lower().startswith(("error", "err:"))]
    return (errors or said or [""])[-1][:300]


def _step(run: Run, image: str) -> Step | None:
    """Return the first step that runs in an image, which says how it wants it, or None.

    Its `pull` is the strictest of all that do.
    """
    steps = enumerate(run.runbook.steps)
    wanted = [step for index, step in steps if step.is_contained and image_in(run, index)[0] == image]
    if not wanted:
        return None
    pulls, first = [each.contained.pull for each in wanted], wanted[0]
    strictest = next((each for each in STRICT if each in pulls), first.contained.pull)
    return replace(first, contained=replace(first.contained, pull=strictest))
