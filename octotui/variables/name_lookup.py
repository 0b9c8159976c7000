"""What a name stands for: an item of a loop, a value, a part of a value in JSON, an index of a set."""

from collections.abc import Callable, Mapping
from functools import cached_property

import msgspec

from octotui.variables.json_values import decoded, dig, looks_like_json, written
from octotui.variables.syntax.names import LONGEST, Names, inner, sets, steps
from octotui.variables.syntax.nodes import TooDeep

DEEPEST = 32  # values within values
NAME_WORK = 16  # for each character of a name that is looked up
JSON_WORK = 64  # for each character of a value that is read as JSON
ITEM_WORK = 256  # for each item of a collection
SHORT = 1000  # characters of a value in JSON that is read each time


class Item(msgspec.Struct, frozen=True):
    """One item of a loop: a text, with the `value` of its key in JSON, or the `path` it is in a set."""

    text: str
    value: str | None = None
    path: str | None = None


def items_in(text: str, decode: Callable[[str], object] = decoded) -> list[Item]:
    """The items of a value: of a list or a table in JSON, or between commas."""
    match decode(text):
        case list() as elements:
            return [Item(written(each)) for each in elements]
        case dict() as table:
            return [Item(name, written(each)) for name, each in table.items()]
        case _:
            return [Item(each) for each in text.split(",")]


class Lookup:
    """Finds names in values and in the loops around; `fill` fills in a value with expressions of its own.

    `spend` is told how much work that is; `documents` are values in JSON that were read. `cuts` counts values
    that were left out because they are part of themselves: what was found meanwhile does not hold elsewhere.
    """

    def __init__(
        self,
        values: Mapping[str, str],
        fill: Callable[[str, str], str],
        note: Callable[[str], None],
        spend: Callable[[int], None] = lambda work: None,
        documents: dict[str, object] | None = None,
    ) -> None:
        self.values = values
        self.fill = fill
        self.note = note
        self.spend = spend
        self.documents = {} if documents is None else documents
        self.cuts = 0
        self.within: tuple[str, ...] = ()
        self.items: dict[str, Item] = {}
        self.turn = 0, 0  # of the innermost loop, from 0, and how many it has

    @cached_property
    def sets(self) -> dict[str, dict[str, str]]:
        """The indexes of all sets, by the name before them."""
        return self.values.sets if isinstance(self.values, Names) else sets(self.values)

    def written(self, key: str) -> str:
        """A name in lower case as it was declared."""
        names = self.values.written if isinstance(self.values, Names) else ()
        return next((each for each in names if each.lower() == key), key)

    def find(self, path: str) -> str | None:
        """What a name stands for, or None if nobody knows."""
        self.spend(NAME_WORK * len(path))
        taken = steps(path)
        if self.items:
            item = self.items.get(taken[0].lower())
            value = self._special("".join(taken).lower()) if item is None else self._of(item, taken[1:])
            if value is not None:
                return value
        return self._global(taken)

    def items_of(self, path: str) -> list[Item]:
        """The items a name stands for: those of its value, or else the indexes of its set."""
        value = self.find(path)
        if value is not None:
            return self.items_in(value)
        taken = steps(path)
        item = self.items.get(taken[0].lower())
        if item is not None and item.path is not None:
            taken = [*steps(item.path), *taken[1:]]
        whole = "".join(taken)
        return [Item(each, path=f"{whole}[{each}]") for each in self.sets.get(whole.lower(), {}).values()]

    def items_in(self, text: str) -> list[Item]:
        """The items of a value."""
        self.spend(ITEM_WORK * (1 + text.count(",")))
        return items_in(text, self._decoded)

    def _special(self, key: str) -> str | None:
        """What a loop says of its turn."""
        index, count = self.turn
        match key:
            case "octopus.template.each.index":
                return str(index)
            case "octopus.template.each.first":
                return str(index == 0)
            case "octopus.template.each.last":
                return str(index == count - 1)
        return None

    def _of(self, item: Item, rest: list[str]) -> str | None:
        if item.path is not None:
            return self._global([*steps(item.path), *rest])
        names = [inner(each) for each in rest]
        if item.value is not None and names and names[0].lower() in {"key", "value"}:
            text = item.text if names[0].lower() == "key" else item.value
            return dig(text, names[1:], self._decoded)
        return dig(item.text, names, self._decoded)

    def _global(self, taken: list[str]) -> str | None:
        key = "".join(taken).lower()
        raw = self.values.get(key)
        if raw is not None:
            return self.filled("".join(taken), raw)
        if len(taken) > LONGEST:
            return None
        for cut in range(len(taken) - 1, 0, -1):
            raw = self.values.get("".join(taken[:cut]).lower())
            if raw is not None and (part := self._part(raw, taken, cut)) is not None:
                return part
        return self._index(taken)

    def _part(self, raw: str, taken: list[str], cut: int) -> str | None:
        """A part of a value in JSON, which may well name other parts of the same value."""
        name, names = "".join(taken[:cut]), [inner(each) for each in taken[cut:]]
        if name.lower() not in self.within:
            text = self.filled(name, raw)
            return None if text is None else dig(text, names, self._decoded)
        self.cuts += 1
        part = dig(raw, names, self._decoded)
        return None if part is None else self.filled("".join(taken), part)

    def _decoded(self, text: str) -> object:
        """A text in JSON, decoded once where that is worth keeping."""
        if text in self.documents:
            return self.documents[text]
        self.spend((JSON_WORK if looks_like_json(text) else NAME_WORK) * len(text))
        value = decoded(text)
        if len(text) > SHORT:
            self.documents[text] = value
        return value

    def _index(self, taken: list[str]) -> str | None:
        """An index of a set stands for itself, and `[*]` for the first of them."""
        for at, step in enumerate(taken):
            indexes = self.sets.get("".join(taken[:at]).lower(), {}) if step[0] == "[" else {}
            if step == "[*]" and indexes and "*" not in indexes:
                return self._global([*taken[:at], f"[{next(iter(indexes.values()))}]", *taken[at + 1 :]])
            if at == len(taken) - 1:
                return indexes.get(inner(step).lower())
        return None

    def filled(self, name: str, raw: str) -> str | None:
        """A value filled in, or None within itself."""
        if "#{" not in raw:
            return raw
        key = name.lower()
        if key in self.within:
            self.cuts += 1
            self.note(f"The value of {name} is part of itself.")
            return None
        if len(self.within) == DEEPEST:
            raise TooDeep(f"Values stand more than {DEEPEST} deep in one another.")
        self.within = (*self.within, key)
        text = self.fill(name, raw)
        self.within = self.within[:-1]
        return text
