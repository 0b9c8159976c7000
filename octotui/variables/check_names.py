"""Warnings about undeclared names in `#{…}`, which expansion leaves as they are written (V1)."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from octotui.model.complaints import InsideReport, Keys, SourcePosition, did_you_mean
from octotui.model.iteration import steps, tables_of_variables, values_seen_by
from octotui.model.process import TemplateCall
from octotui.model.space import Model
from octotui.model.system_variables import is_system_variable, step_in, system_names_for
from octotui.variables.check_templates import expanded_texts
from octotui.variables.syntax.names import LONGEST, key_of
from octotui.variables.syntax.nodes import place
from octotui.variables.syntax.scanner import read_leniently
from octotui.variables.text_names import ModelTexts, looked_up

MOST = 10  # warnings about one text

NOTIFY: Keys = ("notify",)
STEP, CHILD_STEP = 4, 6
"""Lengths of the key paths of a step and of a child step."""


def check_names(model: Model, report: InsideReport, names: ModelTexts | None = None) -> None:
    """Warn of each undeclared name, once per text, with the nearest declared one."""
    names = names or ModelTexts()
    known = _KnownNames(model)
    for at, text, file in expanded_texts(model, names):
        for sentence, line, column in _sentences(text, names, known.in_text(at)):
            report(at, sentence, SourcePosition(line, column, file))
    for at, call in known.calls.items():
        for sentence, line, _ in _sentences("" if call.verbatim else call.body, names, known.in_text(at)):
            where = f'In line {line} of the script of "{call.template}"'
            report((*at, "template"), f"{where}: {sentence}", SourcePosition(1, 1))


def _sentences(text: str, names: ModelTexts, known: "Sequence[_Known]") -> Iterator[tuple[str, int, int]]:
    """Yield a sentence, line and column for each unknown name of a text."""
    if all(any(each.covers(key) for each in known) for key in names.of(text).keys):
        return
    for name, position in islice(_unknown(text, known).items(), MOST):
        step = step_in(name)
        what = f'There is no variable "{name}"' if step is None else f'No step has the name "{step}"'
        near = did_you_mean(step or name, _names(name, known) if step is None else _steps(known))
        meant = near if near.startswith("; did you") else "; it stays as it is written."
        yield f"{what}{meant}", *place(text, position)


class _KnownNames:
    """The names that are in scope in each text of a model, by key path."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._published = {name for _, step in steps(model) for name in step.publish}
        declared = {name for _, table in tables_of_variables(model) for name in table}
        self._everywhere = _Known(declared | self._published)
        names: dict[Keys, list[str]] = {(): []}
        for at, step in steps(model):
            names.setdefault(at[:2], []).append(step.name)
            names[()].append(step.name)
        self._steps = {at: _Known((), each) for at, each in names.items()}
        self._projects: dict[str | None, _Known] = {}
        actions = ((at, step.action) for at, step in steps(model))
        self.calls = {
            at: action
            for at, action in (*actions, (NOTIFY, model.notify.action))
            if isinstance(action, TemplateCall)
        }
        self._parameters = {at: _Known(call.parameters) for at, call in self.calls.items()}

    def in_text(self, at: Keys) -> "tuple[_Known, ...]":
        """Return the names in scope in a text: visible variables, steps, and parameters of its template."""
        known = self._everywhere
        if at[0] in ("runbooks", "projects") and "variables" not in at:
            slug = str(at[1])
            project = self._model.project_of(slug)
            if project not in self._projects:
                self._projects[project] = _Known({*values_seen_by(self._model, slug), *self._published})
            known = self._projects[project]
        process = at[:2] if at[2:3] != ("variables",) and at[:2] in self._steps else ()
        sizes = (len(NOTIFY), STEP, CHILD_STEP)
        return (
            known,
            self._steps[process],
            *(each for size in sizes if (each := self._parameters.get(at[:size]))),
        )


class _Known:
    """Sets of names of variables and of steps, case-insensitive."""

    def __init__(self, names: Iterable[str], steps: Iterable[str] = ()) -> None:
        self.names, self.steps = tuple(names), tuple(steps)
        self._steps = {name.strip().lower() for name in self.steps}
        self._keys = {name.lower() for name in self.names}
        self._sets = {start for key in self._keys for start in starts(key, "[")}

    def covers(self, path: str) -> bool:
        """Return whether a name is a variable, a system variable, a set, or a path into a JSON value."""
        if path in self._keys or path in self._sets:
            return True
        if (step := step_in(path)) is not None:
            return step in self._steps
        if is_system_variable(path):
            return True
        return any(each in self._keys for each in starts(path, ".["))


def starts(name: str, ends: str) -> Iterator[str]:
    """Return the prefixes of a name before any of the characters, as many as a lookup tries."""
    places = (at for at, character in enumerate(name) if character in ends)
    return (name[:at] for at in islice(places, LONGEST))


def _unknown(text: str, known: Sequence[_Known]) -> dict[str, int]:
    """Return the unknown names of a text, each with the offset of its first tag."""
    found: dict[str, tuple[str, int]] = {}
    parts, _ = read_leniently(text)
    for name, position in looked_up(parts):
        if not any(each.covers(key_of(name)) for each in known):
            found.setdefault(key_of(name), (name, position))
    return dict(found.values())


def _names(like: str, known: Sequence[_Known]) -> Iterator[str]:
    """Yield the candidates for a misspelled name of a variable."""
    yield from (name for each in known for name in each.names)
    if like.lower().startswith("octopus"):
        yield from system_names_for(like)


def _steps(known: Sequence[_Known]) -> Iterator[str]:
    """Yield the candidates for a misspelled name of a step."""
    yield from (name for each in known for name in each.steps)
