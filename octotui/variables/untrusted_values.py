"""Taint analysis: variables with untrusted input from prompts (V6), answers (I6) and release notes."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec

from octotui.model.process import Runbook, Step
from octotui.model.scoping import kinds_of
from octotui.model.space import Model, Value, Variables
from octotui.variables.references import ANY
from octotui.variables.syntax.names import key_of
from octotui.variables.text_names import ModelTexts

DEEPEST = 32  # nested values, as in their expansion
SYSTEM_PREFIX = "octopus."
UNTRUSTED_PREFIXES = ("octopus.action[", "octopus.release.notes", "octopus.interruption.")
NOTES = "notes"
OF_TARGET = re.compile(r"\.output\[[^\[\]]*\]")
CHOSEN = ("select", "checkbox")
"""Kinds of prompts whose answers are limited to texts of the model."""


class TaintSource(msgspec.Struct, frozen=True):
    """A variable with untrusted input, and who supplies it, as in "who `starts a run`"."""

    name: str
    who: str


TaintSources = Mapping[str, TaintSource]
"""Sources by their names in lower case."""

Field = tuple[tuple[str, ...], str]
"""A field of a question in a child run: the path of steps to it, and its name."""

Origin = TaintSource | str
"""An origin of a value: untrusted input, or the name of a variable that octotui sets for a run."""


class TaintedVariable(msgspec.Struct, frozen=True):
    """A variable that a text refers to, and the untrusted source in its value, which may be nested."""

    name: str
    source: TaintSource


class VariableTable:
    """Declared variables, by name in lower case, with memoized origins of their values."""

    def __init__(self, values: Variables, names: ModelTexts | None = None) -> None:
        self._names = names or ModelTexts()
        self._harmless: dict[str, bool] = {}
        self.declared = {name.lower(): (name, each) for name, each in values.items()}
        scopes = {each.scope for some in values.values() for each in some}
        self.silent = not any(is_free(some) or _names_system_variable(some) for some in values.values())
        self._scoped = any(each.step or each.process for each in scopes)
        self._known: dict[tuple[str, str], dict[str, tuple[Origin, ...]]] = {}

    def is_harmless(self, key: str) -> bool:
        """Return whether no variable that a name refers to has untrusted input, in any step."""
        if self._scoped or _may_be_untrusted(key):
            return False
        if key not in self._harmless:
            self._harmless[key] = not any(self.origins_of(each, "", "") for each in named(key, self.declared))
        return self._harmless[key]

    def origins_of(self, name: str, process: str, step: str) -> tuple[Origin, ...]:
        """Return the origins of the values of a variable that this step sees."""
        place = (process, step) if self._scoped else ("", "")
        return self._origins(name, place, self._known.setdefault(place, {}), 0)

    def _origins(
        self, name: str, place: tuple[str, str], known: dict[str, tuple[Origin, ...]], depth: int
    ) -> tuple[Origin, ...]:
        if name not in known and depth < DEEPEST:
            known[name] = ()  # within itself
            written, values = self.declared[name]
            here = _holding(values, *place)
            origins: dict[Origin, None] = {}
            if is_free(values) and any(each.prompt for each in here):
                origins[TaintSource(written, "starts a run")] = None
            for key in (each for text in _texts(here) for each in self._names.of(text).merged):
                if _may_be_untrusted(key):
                    origins[key] = None
                for inner in named(key, self.declared):
                    origins |= dict.fromkeys(self._origins(inner, place, known, depth + 1))
            known[name] = tuple(origins)
        return known.get(name, ())


class UntrustedValues:
    """The untrusted input in the variables that a process sees."""

    def __init__(self, table: VariableTable, sources: TaintSources, process: str = "") -> None:
        self._table = table
        self._sources = sources
        self._process = process
        self._silent = table.silent and all(NOTES in key for key in sources)

    def may_be_in(self, texts: Iterable[str]) -> bool:
        """Return whether texts need to be parsed at all: most models accept no input but notes."""
        return not self._silent or any(NOTES in each.lower() for each in texts)

    def find(self, key: str, step: str = "") -> Iterator[TaintedVariable]:
        """Yield the untrusted input in the variables that a name in lower case may refer to in a step."""
        if self._table.is_harmless(key):
            return
        for source in self._made(key):
            yield TaintedVariable(source.name, source)
        for name in named(key, self._table.declared):
            written = self._table.declared[name][0]
            for end in self._table.origins_of(name, self._process, step):
                for source in self._made(end) if isinstance(end, str) else (end,):
                    yield TaintedVariable(written, source)

    def _made(self, key: str) -> Iterable[TaintSource]:
        """Return the sources behind a variable that octotui sets for a run, for one target or for all."""
        if not key.startswith(SYSTEM_PREFIX):
            return ()
        names = named(OF_TARGET.sub(".output", key), self._sources)
        return [self._sources[each] for each in names]


def _may_be_untrusted(key: str) -> bool:
    """Return whether a name may be that of a variable that octotui sets from untrusted input."""
    return key.startswith(UNTRUSTED_PREFIXES) or (key.startswith(SYSTEM_PREFIX) and ANY in key)


def named(key: str, known: Collection[str]) -> Collection[str]:
    """Return the known variables that a name may refer to, directly or by a path into their JSON."""
    if key in known:
        return (key,)
    if ANY in key:
        pattern = re.compile(re.escape(key).replace(re.escape(ANY), r"\[.*?\]"))
        return [each for each in known if pattern.fullmatch(each)]
    while (end := max(key.rfind("."), key.rfind("["))) > 0:
        key = key[:end]
        if key in known:
            return (key,)
    return ()


def of_process(model: Model, slug: str, process: Runbook) -> TaintSources:
    """Return the sources of untrusted input that octotui sets for a run of a process."""
    sources = [source for step in process.flat().steps for source in _answers(step)]
    for step in process.steps:
        if step.child_run is not None and step.child_run.wait:
            sources += _of_child(step.name, _fields_of(model, step.child_run.runbook, {slug: ()}))
    if slug in model.projects:
        sources.append(TaintSource("Octopus.Release.Notes", "makes a release"))
    return {key_of(source.name): source for source in sources}


def _of_child(step: str, fields: Iterable[Field]) -> Iterator[TaintSource]:
    """Yield the variables that answers in a child run set, by both names of its outputs."""
    for path, name in fields:
        for way in ("Run", "Deployment"):
            inner = "".join(f".{way}[{each}]" for each in path)
            yield TaintSource(f"Octopus.Action[{step}].Output{inner}.{name}", f"answers “{path[-1]}”")


def _fields_of(model: Model, runbook: str, known: dict[str, tuple[Field, ...]]) -> tuple[Field, ...]:
    """Return the free fields of questions in a run of a runbook and its child runs, memoized in `known`."""
    if runbook not in known:
        known[runbook] = ()  # within itself
        declared = model.runbooks.get(runbook)
        found: list[Field] = []
        for step in declared.flat().steps if declared is not None else ():
            if step.question is not None:
                free = (name for name, field in step.question.fields.items() if field.kind not in CHOSEN)
                found += (((step.name,), name) for name in free)
            if step.child_run is not None and step.child_run.wait:
                inner = _fields_of(model, step.child_run.runbook, known)
                found += (((step.name, *path), name) for path, name in inner)
        known[runbook] = tuple(found)
    return known[runbook]


def _answers(step: Step) -> Iterator[TaintSource]:
    """Yield the variables that an answer to a step sets."""
    output, who = f"Octopus.Action[{step.name}].Output", f"answers “{step.name}”"
    if step.question is None:
        yield TaintSource(f"{output}.Guidance.Notes", who)
        return
    yield TaintSource(f"{output}.Manual.Notes", who)
    for name, field in step.question.fields.items():
        if field.kind not in CHOSEN:
            yield TaintSource(f"{output}.{name}", who)


def is_free(values: Iterable[Value]) -> bool:
    """Return whether a variable accepts free text: some prompt of it does not limit answers to options."""
    return any(each.prompt is not None and each.prompt.kind not in CHOSEN for each in values)


def _holding(values: Iterable[Value], process: str, step: str) -> list[Value]:
    """Return the values whose scope may match a step, judged by process and step alone."""
    here = [
        each
        for each in values
        if (not each.scope.process or not process or process in each.scope.process)
        and (not each.scope.step or not step or step in each.scope.step)
    ]
    sure = step and any(each.scope.step and set(kinds_of(each.scope)) <= {"step", "process"} for each in here)
    return [each for each in here if each.scope.step] if sure else here


def _names_system_variable(values: Iterable[Value]) -> bool:
    """Return whether texts of values may refer to a variable that octotui sets for a run."""
    return any("#{" in text and SYSTEM_PREFIX in text.lower() for text in _texts(values))


def _texts(values: Iterable[Value]) -> Iterator[str]:
    """Yield the texts of values that may be expanded."""
    for value in values:
        if value.prompt is not None:
            yield from (value.prompt.otherwise, *value.prompt.options)
        elif value.kind == "text":
            yield value.value
