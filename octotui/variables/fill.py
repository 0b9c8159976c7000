"""Filling in a text of the model: what is wrong with it is told, and it stays as it was written (V1)."""

import re
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from octotui.variables.budget import Budget, text_budget
from octotui.variables.evaluate import SharedValues, fill
from octotui.variables.syntax.names import key_of
from octotui.variables.syntax.nodes import Parts, TooMuch, left_as_written
from octotui.variables.syntax.scanner import errors_at, read_what_can_be
from octotui.variables.syntax.sensitive_names import SensitiveNames
from octotui.variables.template import Filled, OverBudget, TemplateError
from octotui.variables.text_names import looked_up

MOST_WARNINGS = 100  # of one text
NOBODY = "there is no variable"
PLAIN_NAME = re.compile(r"[\w\s.:/~()\[\]*@-]*")
"""A name of which it is plain that it is one; others may be of another language, as `x + 1` is of Ruby."""


class Filler:
    """Fills in texts with the same values, names in lower case: each value once, and from one budget."""

    def __init__(
        self, values: Mapping[str, str], now: float | None = None, budget: Budget | None = None
    ) -> None:
        self.values = values
        self._now = now
        self._budget = budget or text_budget()
        self._resolved = SharedValues()

    @property
    def derived(self) -> tuple[str, ...]:
        """What filters have made of sensitive values so far, where it is known which those are."""
        return tuple(self.values.derived) if isinstance(self.values, SensitiveNames) else ()

    def fill_in(self, text: str) -> Filled:
        """The text with the values in it, what nobody knew, and what could not be done.

        Unknown names stay as they were written. Raises OverBudget where it is too much.
        """
        if "#{" not in text:
            return Filled(text)
        try:
            parts, misread = read_what_can_be(text, self._budget.spend)
            filled = fill(text, parts, self.values, self._now, self._budget, self._resolved)
        except TooMuch as error:
            raise OverBudget(str(error), 1, 1) from None
        except OverBudget:
            raise
        except TemplateError as error:
            return Filled(text, (), (str(error),))
        return _placed(filled, text, parts, misread)


def _placed(filled: Filled, text: str, parts: Parts, misread: Iterable[TemplateError]) -> Filled:
    """The same with the places of what is no expression, and of names that hardly are names."""
    strange = {key_of(name): name for name in filled.unknown if not PLAIN_NAME.fullmatch(name)}
    places: dict[str, int] = {}  # characters from 0
    for path, start in looked_up(parts) if strange else ():
        places.setdefault(key_of(path), start)
    strange = {key: name for key, name in strange.items() if key in places}
    nobody = errors_at(text, sorted((places[key], f"{NOBODY} {name}.") for key, name in strange.items()))
    errors = sorted((*misread, *nobody), key=lambda each: (each.line, each.column))
    return replace(
        filled,
        unknown=tuple(name for name in filled.unknown if key_of(name) not in strange),
        problems=(*map(left_as_written, errors), *filled.problems),
        strange=tuple(strange.values()),
    )


def fill_in(text: str, values: Mapping[str, str], now: float | None = None) -> Filled:
    """A single text filled in; what is too much stays as it was written, as what is broken does."""
    try:
        return Filler(values, now).fill_in(text)
    except OverBudget as error:
        return Filled(text, (), (error.reason,))


def warnings_of(filled: Filled) -> tuple[str, ...]:
    """What people are to be told of a text that was filled in: unknown names, and what went wrong.

    Of very many the first, and how many more there are.
    """
    warnings = tuple(f"{NOBODY} {name}" for name in filled.unknown) + filled.problems
    if (more := len(warnings) - MOST_WARNINGS) > 0:
        return (*warnings[:MOST_WARNINGS], f"and there are {more:,} more warnings of this text")
    return warnings


NOTHING = '#{if ""}#{/if}'


def escape(text: str) -> str:
    """The text so written that filling it in gives it back: `##{` stands for `#{`.

    Of an even run of hashes the last one would begin a tag, so that it stands apart.
    """
    return re.sub(r"(?<!#)#++(?=\{)", _escaped, text)


def _escaped(hashes: re.Match[str]) -> str:
    return f"{hashes[0]}#" if len(hashes[0]) % 2 else f"{hashes[0]}{NOTHING}##"
