"""Name lookup: items of loops, values, paths into JSON values, indexes of sets, in this order."""

from collections.abc import Callable, Mapping
from functools import cached_property

import msgspec

from octotui.variables.json_values import decoded, looks_like_json, value_at, written
from octotui.variables.syntax.names import LONGEST, Names, inner, sets, steps
from octotui.variables.syntax.nodes import TooDeep

DEEPEST = 32  # nested values
NAME_WORK = 16  # for each character of a name that is looked up
JSON_WORK = 64  # for each character of a value that is decoded as JSON
ITEM_WORK = 256  # for each item of a collection
SHORT = 1000  # characters of a JSON value that is not worth caching


class Item(msgspec.Struct, frozen=True):
    """One item of a loop: a text, with the `value` of a key of a JSON object, or the `path` of an index."""

    text: str
    value: str | None = None
    path: str | None = None


def items_in(text: str, decode: Callable[[str], object] = decoded) -> list[Item]:
    """Return the items of a value: of a JSON array or object, or separated by commas."""
    match decode(text):
        case list() as elements:
            return [Item(written(each)) for each in elements]
        case dict() as table:
            return [Item(name, written(each)) for name, each in table.items()]
        case _:
            return [Item(each) for each in text.split(",")]


class Lookup:
    """Resolves names in values and enclosing loops; `fill` expands a value that has expressions.

    `spend` receives the work; `documents` caches decoded JSON. `cuts` counts values left out because they are
    part of themselves (a cycle): results found meanwhile must not be cached.
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
        self.iteration = 0, 0  # of the innermost loop: the iteration, from 0, and their count

    @cached_property
    def sets(self) -> dict[str, dict[str, str]]:
        """The indexes of all indexed names, by the name before them."""
        return self.values.sets if isinstance(self.values, Names) else sets(self.values)

    def written(self, key: str) -> str:
        """Return the declared spelling of a name in lower case."""
        names = self.values.written if isinstance(self.values, Names) else ()
        return next((each for each in names if each.lower() == key), key)

    def find(self, path: str) -> str | None:
        """Return the value of a name, or None if it is unknown."""
        self.spend(NAME_WORK * len(path))
        taken = steps(path)
        if self.items:
            item = self.items.get(taken[0].lower())
            value = self._special("".join(taken).lower()) if item is None else self._of(item, taken[1:])
            if value is not None:
                return value
        return self._global(taken)

    def items_of(self, path: str) -> list[Item]:
        """Return the items to loop over for a name: those of its value, or else the indexes of its set."""
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
        """Return the items of a value, counted as work."""
        self.spend(ITEM_WORK * (1 + text.count(",")))
        return items_in(text, self._decoded)

    def _special(self, key: str) -> str | None:
        """Return the value of a loop variable: `Octopus.Template.Each.Index`, `First` or `Last`."""
        index, count = self.iteration
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
            return value_at(text, names[1:], self._decoded)
        return value_at(item.text, names, self._decoded)

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
        """Return a part of a JSON value, which may refer to other parts of the same value."""
        name, names = "".join(taken[:cut]), [inner(each) for each in taken[cut:]]
        if name.lower() not in self.within:
            text = self.filled(name, raw)
            return None if text is None else value_at(text, names, self._decoded)
        self.cuts += 1
        part = value_at(raw, names, self._decoded)
        return None if part is None else self.filled("".join(taken), part)

    def _decoded(self, text: str) -> object:
        """Decode JSON, cached for long texts."""
        if text in self.documents:
            return self.documents[text]
        self.spend((JSON_WORK if looks_like_json(text) else NAME_WORK) * len(text))
        value = decoded(text)
        if len(text) > SHORT:
            self.documents[text] = value
        return value

    def _index(self, taken: list[str]) -> str | None:
        """Resolve an index of a set to itself, and `[*]` to the first index."""
        for at, step in enumerate(taken):
            indexes = self.sets.get("".join(taken[:at]).lower(), {}) if step[0] == "[" else {}
            if step == "[*]" and indexes and "*" not in indexes:
                return self._global([*taken[:at], f"[{next(iter(indexes.values()))}]", *taken[at + 1 :]])
            if at == len(taken) - 1:
                return indexes.get(inner(step).lower())
        return None

    def filled(self, name: str, raw: str) -> str | None:
        """Expand a value; return None for a cycle. Raises TooDeep."""
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
