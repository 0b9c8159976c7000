"""Keys without effect: reported, or only warned of where that is harmless (R8)."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import PurePath

from octotui.model.complaints import InsideReport, Keys, Report, SourcePosition
from octotui.model.iteration import processes, steps, variables
from octotui.model.machines.containers import image_problem
from octotui.model.process import ContainerSettings, Manual, Package, Runbook, Script, Step
from octotui.model.space import Access, Engine, Model
from octotui.model.system_variables import is_system_variable
from octotui.model.values import Prompt

Found = Iterator[tuple[Keys, str]]
"""Pairs of a key path within a step or table, and a sentence."""

_SHELLS = {".py": ("python",), ".ps1": ("pwsh",), ".bash": ("bash",), ".sh": ("bash", "sh")}
"""Shells by the suffix of a script file's name."""

_UNCONTAINED = ContainerSettings()
_PLAIN = Step(name="", action=Manual(instructions=""))


def check_ineffective_keys(model: Model, report: Report) -> None:
    """Report keys of steps that would have no effect."""
    for at, step in steps(model):
        for problems in (_of_container(step), _of_places(step), _of_children(step)):
            for key, sentence in problems:
                report((*at, *key), sentence)


def _of_container(step: Step) -> Found:
    """Yield containers that no script could run in, and settings of one that none does."""
    if step.container is None:
        return
    only = "run = false: then its script is given the image as Octopus.Action.Container.Image"
    if not step.is_contained:
        yield from _of_uncontained(step)
        return
    if isinstance(step.action, Package):
        yield ("container",), f"A package is deployed by its machine itself; remove it, or say {only}."
    elif step.on == "target":
        yield ("container",), f'It runs on its targets; say on = "worker-for-each-target", or {only}.'
    elif "#{" not in step.container and (problem := image_problem(step.container)):
        yield ("container",), f"{problem[0].upper()}{problem[1:]}."
    elif "#{" in step.container and "@" in step.container.replace("@sha256:", ""):
        yield ("container",), "An image that is filled in takes a tag, and no range of versions."


def _of_uncontained(step: Step) -> Found:
    """Yield settings of a container that no script runs in."""
    for key in ContainerSettings.__struct_fields__:
        if key not in ("image", "feed") and getattr(step.contained, key) != getattr(_UNCONTAINED, key):
            yield ("container", key), "Its script does not run in it; remove this, or run = false."


def _of_places(step: Step) -> Found:
    """Yield keys that apply only to scripts on targets."""
    if step.roles and step.on != "target" and step.shared:
        yield ("shared",), "It is for the lock of a target, and its script runs on a worker; remove it."
    if step.roles and step.on == "worker" and step.window is not None:
        yield ("window",), "It runs once on a worker, and not on targets; remove it."


def _of_children(step: Step) -> Found:
    """Yield keys that apply only to steps that wait for their child run."""
    if step.child_run is not None and not step.child_run.wait:
        for key in ("time_limit", "publish", "retries"):
            if getattr(step, key) != getattr(_PLAIN, key):
                yield (key,), "It does not wait for the run it starts; remove it, or remove wait = false."


def warn_of_ineffective_keys(model: Model, report: InsideReport) -> None:
    """Warn of keys without effect in combination with others."""
    found = [(at, _of_process(process, deploys=at[0] == "projects")) for at, process in processes(model)]
    found += [(at, _of_step(step)) for at, step in steps(model)]
    found += [
        ((*keys, index, "prompt"), _of_prompt(value.prompt))
        for keys, values in variables(model)
        for index, value in enumerate(values)
        if value.prompt is not None
    ]
    found += [(keys, _of_name()) for keys, _ in variables(model) if is_system_variable(str(keys[-1]))]
    found.append((("access",), _of_access(model.access)))
    found.append((("engine",), _of_engine(model.engine)))
    for at, problems in found:
        for key, sentence in problems:
            report((*at, *key), sentence, SourcePosition(1, 1))


def _of_name() -> Found:
    yield (), "octotui gives this itself to the runs that have one, and that holds; call it otherwise."


def _of_process(process: Runbook, *, deploys: bool) -> Found:
    first = process.steps[0] if process.steps else None
    if first is not None and first.start == "with-previous":
        yield ("steps", 0, "start"), "No step is before it; remove it."
    if process.unavailable_targets == "skip" and not any(step.for_targets for step in process.steps):
        yield ("unavailable_targets",), "None of its steps goes to targets; remove it."
    for index, (before, step) in enumerate(pairwise(process.steps), start=1):
        asks = step.question is not None and before.question is None
        alone = index + 1 == len(process.steps) or process.steps[index + 1].start == "after-previous"
        if asks and alone and step.start == "with-previous":
            sentence = "It asks once the steps beside it have ended, as it does after them; remove it."
            yield ("steps", index, "start"), sentence
    for index, step in enumerate(process.steps):
        if step.block_concurrent and process.concurrency is None and not deploys:
            sentence = 'Its runs have no concurrency tag to keep; remove it, or say concurrency = "…".'
            yield ("steps", index, "block_concurrent"), sentence


def _of_step(step: Step) -> Found:
    if step.backoff != _PLAIN.backoff and not step.retries:
        yield ("backoff",), "It is not tried again; remove it, or say retries = 1."
    if step.roles and step.on == "worker":
        otherwise = 'remove "roles" and "on", or say on = "worker-for-each-target".'
        yield ("roles",), f"It runs once on a worker, whatever its roles are; {otherwise}"
    if step.question is not None:
        for name, field in step.question.fields.items():
            yield from ((("manual", "fields", name, *key), sentence) for key, sentence in _of_prompt(field))
    script = step.script
    if isinstance(script, Script) and script.file is not None:
        meant = _SHELLS.get(PurePath(script.file).suffix.lower(), (script.shell,))
        if script.shell not in meant:
            at = ("script", "file") if step.script is step.action else ("health_check", "script", "file")
            yield at, f'It is run by {script.shell}; say shell = "{meant[0]}", or call the file otherwise.'


def _of_prompt(prompt: Prompt) -> Found:
    if prompt.kind == "checkbox" and not prompt.required:
        yield ("required",), "A checkbox always has a value, True or False; remove it."


def _of_engine(engine: Engine) -> Found:
    if engine.stderr == "separate" and engine.supervisor == "each":
        yield ("stderr",), 'A supervisor for each job merges it into stdout; say supervisor = "agent".'


def _of_access(access: Access) -> Found:
    rights = [key for key in ("read", "start", "answer") if getattr(access, key)]
    if rights and access.group is None:
        yield (rights[0],), 'Nobody else can connect without a group of the machine; say group = "…".'
