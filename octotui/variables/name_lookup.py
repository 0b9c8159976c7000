"""What a name stands for: an item of a loop, a value, a part of a value in JSON, an index of a set."""

from collections.abc import Callable, Mapping
from functools import cached_property

import msgspec

from octotui.variables.json_values import decoded, dig, written
from octotui.variables.syntax.names import Names, inner, sets, steps
from octotui.variables.syntax.nodes import TooMuch

DEEPEST = 32  # values within values


class Item(msgspec.Struct, frozen=True):
    """One item of a loop: a text, with the `value` of its key in JSON, or the `path` it is in a set."""

    text: str
    value: str | None = None
    path: str | None = None


def items_in(text: str) -> list[Item]:
    """The items of a value: of a list or a table in JSON, or between commas."""
    match decoded(text):
        case list() as elements:
            return [Item(written(each)) for each in elements]
        case dict() as table:
            return [Item(name, written(each)) for name, each in table.items()]
        case _:
            return [Item(each) for each in text.split(",")]


class Lookup:
    """Finds names in values and in the loops around; `fill` fills in a value with expressions of its own."""

    def __init__(
        self, values: Mapping[str, str], fill: Callable[[str, str], str], note: Callable[[str], None]
    ) -> None:
        self.values = values
        self.fill = fill
        self.note = note
        self.within: tuple[str, ...] = ()
        self.items: dict[str, Item] = {}
        self.turn = 0, 0  # of the innermost loop, from 0, and how many it has

    @cached_property
    def sets(self) -> dict[str, dict[str, str]]:
        """The indexes of all sets, by the name before them."""
        return sets(self.values.written if isinstance(self.values, Names) else self.values)

    def find(self, path: str) -> str | None:
        """What a name stands for, or None if nobody knows."""
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
            return items_in(value)
        taken = steps(path)
        item = self.items.get(taken[0].lower())
        if item is not None and item.path is not None:
            taken = [*steps(item.path), *taken[1:]]
        whole = "".join(taken)
        return [Item(each, path=f"{whole}[{each}]") for each in self.sets.get(whole.lower(), {}).values()]

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
            return dig(text, names[1:])
        return dig(item.text, names)

    def _global(self, taken: list[str]) -> str | None:
        key = "".join(taken).lower()
        raw = self.values.get(key)
        if raw is not None:
            return self._filled("".join(taken), raw)
        for cut in range(len(taken) - 1, 0, -1):
            raw = self.values.get("".join(taken[:cut]).lower())
            if raw is not None and (part := self._part(raw, taken, cut)) is not None:
                return part
        return self._index(taken)

    def _part(self, raw: str, taken: list[str], cut: int) -> str | None:
        """A part of a value in JSON, which may well name other parts of the same value."""
        name, names = "".join(taken[:cut]), [inner(each) for each in taken[cut:]]
        if name.lower() not in self.within:
            text = self._filled(name, raw)
            return None if text is None else dig(text, names)
        part = dig(raw, names)
        return None if part is None else self._filled("".join(taken), part)

    def _index(self, taken: list[str]) -> str | None:
        """An index of a set stands for itself, and `[*]` for the first of them."""
        for at, step in enumerate(taken):
            indexes = self.sets.get("".join(taken[:at]).lower(), {}) if step[0] == "[" else {}
            if step == "[*]" and indexes and "*" not in indexes:
                return self._global([*taken[:at], f"[{next(iter(indexes.values()))}]", *taken[at + 1 :]])
            if at == len(taken) - 1:
                return indexes.get(inner(step).lower())
        return None

    def _filled(self, name: str, raw: str) -> str | None:
        """A value filled in, or None within itself."""
        if "#{" not in raw:
            return raw
        key = name.lower()
        if key in self.within:
            self.note(f"The value of {name} is part of itself.")
            return None
        if len(self.within) == DEEPEST:
            raise TooMuch(f"Values stand more than {DEEPEST} deep in one another.")
        self.within = (*self.within, key)
        text = self.fill(name, raw)
        self.within = self.within[:-1]
        return text
