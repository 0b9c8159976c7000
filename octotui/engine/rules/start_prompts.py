"""Prompts at the start of a run, and validation of given values (V5, V6)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice
from typing import Protocol

import msgspec

from octotui.engine.state.releases import Release
from octotui.model.checks.prompts import answer_problem
from octotui.model.checks.variable_conflicts import words
from octotui.model.complaints import did_you_mean
from octotui.model.iteration import values_seen_by
from octotui.model.scoping import kinds_of
from octotui.model.space import Model, Value
from octotui.model.values import SHORTEST, Prompt
from octotui.variables.resolution import context_of, winner


class RequiredPrompt(msgspec.Struct, frozen=True):
    """A variable that a run prompts for."""

    name: str
    prompt: Prompt

    @property
    def label(self) -> str:
        """The label of the prompt, or the variable's name."""
        return self.prompt.label or self.name


class GivenValues(msgspec.Struct, frozen=True):
    """Values for a run: plain ones, sensitive ones, and warnings about them."""

    variables: dict[str, str]
    secrets: dict[str, str]
    warnings: tuple[str, ...] = ()


class StartRequest(Protocol):
    """The request of a run, as a command or a run has it (a protocol)."""

    @property
    def process(self) -> str:
        """The slug of the process."""

    @property
    def environment(self) -> str | None:
        """The slug of the environment."""

    @property
    def tenant(self) -> str | None:
        """The slug of the tenant."""


def required_prompts(
    model: Model, start: StartRequest, release: Release | None = None
) -> tuple[RequiredPrompt, ...]:
    """Return the prompts of a run: variables that resolve to a prompt in the run or one of its steps."""
    definition = release.definition if release else model.process(start.process)
    steps = (None, *(step.name for step in definition.flat().steps)) if definition else ()
    channel = release.channel if release else None
    where = (model, start.environment, start.tenant)
    contexts = [context_of(*where, step, start.process, channel) for step in steps]
    required = []
    for name, values in values_seen_by(model, start.process).items():
        if any(value.prompt for value in values):
            winners = (winner(values, context) for context in contexts)
            prompts = (value.prompt for value in winners if value and value.prompt)
            required += [RequiredPrompt(name, prompt) for prompt in islice(prompts, 1)]
    return tuple(required)


def sort_out(
    model: Model, process: str, variables: Mapping[str, str], sensitive: Collection[str] = ()
) -> GivenValues:
    """Split given values, by declared names, into plain and sensitive ones.

    A caller may mark further names as `sensitive`, except those with options.
    """
    seen = values_seen_by(model, process)
    declared = {name.lower(): name for name in seen}
    named = {declared.get(name.lower(), name): value for name, value in variables.items()}
    ticked = [name for name in named if any(_is_checkbox(value) for value in seen.get(name, ()))]
    named |= {name: named[name].capitalize() for name in ticked}
    marked = {declared.get(name.lower(), name) for name in sensitive}
    apart = {name for name in named if any(value.is_sensitive for value in seen.get(name, ()))}
    apart |= {name for name in marked if not any(is_choice(value.prompt) for value in seen.get(name, ()))}
    return GivenValues(
        {name: value for name, value in named.items() if name not in apart},
        {name: value for name, value in named.items() if name in apart and value},
    )


def is_choice(prompt: Prompt | None) -> bool:
    """Return whether a prompt has fixed options, so that its answer is no secret."""
    return prompt is not None and prompt.kind in ("checkbox", "select")


def problems_with(asked: tuple[RequiredPrompt, ...], given: GivenValues) -> tuple[str, ...]:
    """Return sentences about missing and invalid values, each beginning with the variable (V5, V6)."""
    problems = []
    values = {name.lower(): value for name, value in (given.variables | given.secrets).items()}
    for each in asked:
        about = f"{each.name} ({each.prompt.label})" if each.prompt.label else each.name
        answer = values.get(each.name.lower())
        if answer is None and each.prompt.needs_answer:
            problems.append(f"{about} needs a value")
        elif answer is not None and (problem := answer_problem(each.prompt, answer)) is not None:
            problems.append(f"{about} {problem}")
    short = f"has fewer than {SHORTEST} characters, which cannot be masked: give it a longer value"
    problems += [f"{name} {short}" for name, value in given.secrets.items() if len(value) < SHORTEST]
    return tuple(problems)


def unanswered(asked: tuple[RequiredPrompt, ...], given: Collection[str]) -> tuple[str, ...]:
    """Return sentences about required prompts of a run that a step or schedule started."""
    names = {name.lower() for name in given}
    return tuple(
        f"{each.name} is asked for at the start of a run, has no default, and was given no value"
        for each in asked
        if each.prompt.needs_answer and each.name.lower() not in names
    )


def prompts_anywhere(model: Model, process: str) -> tuple[RequiredPrompt, ...]:
    """Return all prompts of a process, whatever their scope."""
    seen = values_seen_by(model, process).items()
    prompts = ((name, value.prompt) for name, values in seen for value in values if value.prompt)
    return tuple(RequiredPrompt(name, prompt) for name, prompt in dict(prompts).items())


def unasked(
    model: Model, process: str, asked: Sequence[RequiredPrompt], names: Iterable[str]
) -> tuple[str, ...]:
    """Return sentences about given names that the run does not prompt for (V6)."""
    known = {each.name.lower() for each in asked}
    unknown = [name for name in names if name.lower() not in known]
    if not unknown:
        return ()
    seen = {name.lower(): values for name, values in values_seen_by(model, process).items()}
    return tuple(_unasked(name, seen.get(name.lower(), ()), asked) for name in unknown)


def _unasked(name: str, values: Sequence[Value], asked: Sequence[RequiredPrompt]) -> str:
    """Return why there is no prompt for a name: misspelt, declared with a value, or scoped elsewhere."""
    prompts = [value for value in values if value.prompt is not None]
    if not values:
        return f"there is no prompt for {name}{did_you_mean(name, [each.name for each in asked]).rstrip('.')}"
    if not prompts:
        return f"{name} is not asked for: its value stands in the model, and a prompt there would ask for it"
    if not all(kinds_of(value.scope) for value in prompts):
        return f"{name} is not asked for here: a more specific value stands in the model"
    where = " or ".join(dict.fromkeys(words(value.scope) for value in prompts))
    return f"{name} is not asked for here, only {where}"


def _is_checkbox(value: Value) -> bool:
    """Return whether a value is a checkbox, whose `true` means `True`."""
    return value.prompt is not None and value.prompt.kind == "checkbox"
