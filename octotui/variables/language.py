"""The `#{…}` language (V1): texts are read once and filled in with values as often as wanted.

It is Octostache, as Octopus Deploy has it: `#{Name}`, filters, `if`, `unless`, `each`, `calc`, nested
indexes and parts of values in JSON; `##{` is the text `#{`. What nobody knows stays as it was written.
"""

from collections.abc import Mapping

import msgspec

from octotui.variables.evaluate import fill, is_truthy
from octotui.variables.nodes import Each, Filled, Name, Parts, Path, TemplateError
from octotui.variables.paths import Names, steps
from octotui.variables.reading import read

__all__ = ["Filled", "Names", "Template", "TemplateError", "is_true", "is_truthy", "names", "parse"]


class Template(msgspec.Struct, frozen=True):
    """A text that was read."""

    text: str
    parts: Parts

    def fill(self, values: Mapping[str, str], now: float | None = None) -> Filled:
        """The text with values in it; raises TemplateError where it gets too deep, too large, too much work.

        `values` has its names in lower case; a `Names` also knows how they were written, and an `each` over
        a set gives its indexes so. `now`, in seconds since 1970, is the time of `NowDate` and `NowDateUtc`.
        """
        return fill(self.text, self.parts, values, now)


def parse(text: str) -> Template:
    """Reads a text; raises TemplateError where its expressions are broken."""
    return Template(text, read(text))


def is_true(text: str, values: Mapping[str, str], now: float | None = None) -> bool:
    """Whether a condition is met: filled in, it is not empty, `0`, `no` or `false`; raises TemplateError.

    A condition that is left with something nobody could fill in is not met.
    """
    filled = parse(text).fill(values, now)
    return not filled.unknown and not filled.problems and is_truthy(filled.text)


def names(template: Template) -> tuple[str, ...]:
    """The names a text asks for, once each, without its own loops' items; an index that is a tag ends one."""
    found: dict[str, None] = {}
    left: list[tuple[object, frozenset[str]]] = [(template.parts, frozenset())]
    while left:
        node, items = left.pop()
        match node:
            case Name():
                if steps(node.path)[0].lower() not in items:
                    found[node.path] = None
            case Each():
                left += [(node.body, items | {node.item.lower()}), (node.collection, items)]
            case _:
                left += [(each, items) for each in reversed(_within(node))]
    return tuple(found)


def _within(node: object) -> tuple[object, ...]:
    if isinstance(node, tuple):
        return node
    if isinstance(node, Path) and isinstance(first := node.pieces[0], str):
        return (Name(first, first.lower(), 0, 0), *node.pieces[1:])
    return tuple(getattr(node, field) for field in getattr(node, "__struct_fields__", ()))
