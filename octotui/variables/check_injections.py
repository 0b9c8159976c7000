"""Warnings about code injection: scripts into which untrusted input is substituted (V6, I6)."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import assert_never

from octotui.model.complaints import InsideReport, Keys, SourcePosition
from octotui.model.iteration import placed, processes, steps, values_seen_by
from octotui.model.process import AnyScript, HealthCheck, Package, Runbook, Script, Step, TemplateCall
from octotui.model.space import Model, Value
from octotui.model.values import Prompt
from octotui.variables.references import references
from octotui.variables.syntax.nodes import place
from octotui.variables.text_names import ModelTexts
from octotui.variables.untrusted_values import (
    TaintedVariable,
    TaintSource,
    UntrustedValues,
    VariableTable,
    is_free,
    named,
    of_process,
)

POSIX = 'Read it as "$(get_octopusvariable "{name}")", or from the environment, instead.'
SAFE = {
    "bash": POSIX,
    "sh": POSIX,
    "python": 'Read it as get_octopusvariable("{name}"), or from the environment, instead.',
    "pwsh": 'Read it as $OctopusParameters["{name}"], or from the environment, instead.',
}
CHOICE = 'Let people choose with kind = "select" instead.'
UNTRUSTED = Value(kind="prompt", prompt=Prompt())
"""A placeholder for an untrusted value that a step gives to a run."""

INSTRUCTIONS = "Octopus.Interruption.Instructions"

Find = Callable[[str], Iterator[TaintedVariable]]
"""Finds the untrusted input in the variables that a name may refer to."""

Injection = tuple[Keys, SourcePosition, TaintedVariable, str]
"""A position where untrusted input becomes part of a script, and the remedy."""


def warn_of_injections(model: Model, report: InsideReport, names: ModelTexts | None = None) -> None:
    """Warn of untrusted input that `#{}` puts into scripts, once for each name and step."""
    tables = _Tables(model, names or ModelTexts())
    tables.follow_starts()
    for at, process in processes(model):
        slug = str(at[1])
        harmless = tables.of(slug).is_harmless
        scripts = [
            (keys, step, step.script)
            for keys, step in placed(process, at)
            if step.script is not None
            and not all(harmless(key) for text in _texts_of(step.script) for key in tables.merged(text))
        ]
        if scripts:
            texts = UntrustedValues(tables.of(slug), of_process(model, slug, process), slug)
            for keys, step, script in scripts:
                if texts.may_be_in(_texts_of(script)):
                    find = partial(texts.find, step=step.name)
                    _warn(_of_script(script, _place_of(step, keys), find), report)
    if model.notify.action is not None:
        source = TaintSource(INSTRUCTIONS, "starts a run or answers")
        texts = UntrustedValues(VariableTable(model.variables), {INSTRUCTIONS.lower(): source})
        _warn(_of_script(model.notify.action, ("notify",), texts.find), report)


class _Tables:
    """The variables that each process sees, with the untrusted ones that steps give to its runs."""

    def __init__(self, model: Model, names: ModelTexts) -> None:
        self._model = model
        self._names = names
        self._tables: dict[tuple[str | None, str], VariableTable] = {}
        self._untrusted: dict[str, dict[str, str]] = {}  # by process, and by name in lower case

    def of(self, slug: str) -> VariableTable:
        """Return the table of a process; processes of a project share it if no untrusted values are given."""
        key = self._model.project_of(slug), slug if slug in self._untrusted else ""
        if key not in self._tables:
            values = values_seen_by(self._model, slug)
            written = {name.lower(): name for name in values}
            given = {written.get(each, name): name for each, name in self._untrusted.get(slug, {}).items()}
            given_untrusted = {name: (*values.get(name, ()), UNTRUSTED) for name in given}
            self._tables[key] = VariableTable(values | given_untrusted, self._names)
        return self._tables[key]

    def merged(self, text: str) -> tuple[str, ...]:
        """Return the names whose values become part of a text."""
        return self._names.of(text).merged

    def follow_starts(self) -> None:
        """Propagate untrusted input through the values that steps give to child runs, to a fixed point."""
        given = [
            (str(at[1]), step.name, started.runbook, name, text)
            for at, step in steps(self._model)
            if (started := step.child_run) is not None
            for name, text in started.variables.items()
            if self.merged(text)
        ]
        found = True
        while found:
            found = False
            for slug, step, child, name, text in given:
                known = name.lower() in self._untrusted.get(child, {}) or self._is_chosen(child, name)
                if not known and self._holds(slug, step, text):
                    self._untrusted.setdefault(child, {})[name.lower()] = name
                    self._tables.pop((self._model.project_of(child), child), None)
                    found = True

    def _holds(self, slug: str, step: str, text: str) -> bool:
        process = self._model.process(slug) or Runbook(name="")
        texts = UntrustedValues(self.of(slug), of_process(self._model, slug, process), slug)
        return any(True for key in self.merged(text) for _ in texts.find(key, step))

    def _is_chosen(self, slug: str, name: str) -> bool:
        """Return whether a variable accepts only options that the model lists."""
        values = self.of(slug).declared.get(name.lower(), ("", ()))[1]
        return any(each.prompt for each in values) and not is_free(values)


def _texts_of(script: AnyScript) -> Iterator[str]:
    yield _body_of(script)
    match script:
        case TemplateCall(parameters=parameters):
            yield from parameters.values()
        case Script() | Package():
            pass
        case _:
            assert_never(script)


def _body_of(script: AnyScript) -> str:
    """Return the script's body if it is expanded, else `""`."""
    return "" if script.verbatim else script.body


def _warn(injections: Iterator[Injection], report: InsideReport) -> None:
    reported: set[str] = set()
    for at, position, found, instead in injections:
        source = found.source
        if source.name not in reported:
            reported.add(source.name)
            name = f'"{source.name}"' if found.name == source.name else f'"{source.name}" in "{found.name}"'
            why = f"what they say for {name} becomes part of the script"
            report(at, f"Who {source.who} can run anything here: {why}. {instead}", position)


def _place_of(step: Step, at: Keys) -> Keys:
    return (*at, "health_check") if isinstance(step.action, HealthCheck) else at


def _of_script(script: AnyScript, at: Keys, find: Find) -> Iterator[Injection]:
    match script:
        case TemplateCall():
            yield from _of_template(script, at, find)
        case Script():
            keys = (*at, "script", "body" if script.file is None else "file")
            for found, position in _found(_body_of(script), find, script.file):
                yield keys, position, found, SAFE[script.shell].format(name=found.name)
        case Package():
            pass  # its scripts are in the package
        case _:
            assert_never(script)


def _of_template(call: TemplateCall, at: Keys, find: Find) -> Iterator[Injection]:
    """Yield injections into the template's script, and into parameters that it substitutes or runs."""
    parameters = {name.lower(): name for name in call.parameters}
    run = dict.fromkeys(call.executed, CHOICE)
    for reference in references(_body_of(call)):
        meant = named(reference.key, parameters)
        for name in (parameters[each] for each in meant):
            run.setdefault(name, f"In the template: {SAFE[call.shell].format(name=name)}")
        if meant:
            continue
        for found in find(reference.key):
            yield (*at, "template"), SourcePosition(1, 1), found, SAFE[call.shell].format(name=found.name)
    for name, instead in run.items():
        for found, position in _found(call.parameters.get(name, ""), find):
            yield (*at, "parameters", name), position, found, instead


def _found(
    text: str, find: Find, file: str | None = None
) -> Iterator[tuple[TaintedVariable, SourcePosition]]:
    """Yield the untrusted input that becomes part of a text, with its position."""
    for reference in references(text):
        for found in find(reference.key):
            yield found, SourcePosition(*place(text, reference.start), file)
