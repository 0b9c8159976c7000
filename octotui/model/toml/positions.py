"""Positions of keys in a TOML text; imported only when there are complaints (tree-sitter)."""

import re
import tomllib
from bisect import bisect_right

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

from octotui.model.complaints import Keys


class Positions:
    """The position of every key and list element of a TOML text that tomllib accepted."""

    def __init__(self, text: str) -> None:
        self._bytes = text.encode()
        self._lines = [0, *(match.end() for match in re.finditer(b"\n", self._bytes))]
        self._offsets: dict[Keys, int] = {(): 0}
        self._texts: dict[Keys, Node] = {}
        self._lengths: dict[Keys, int] = {}  # of arrays of tables, so far
        self._unread: dict[Keys, list[Node]] = {}  # pairs of tables, indexed lazily
        self._tables: list[tuple[Keys, Node]] = []  # in the order of the text
        self._whole: dict[Keys, Node] = {}  # pairs and elements of lists, with their values
        root = Parser(Language(tree_sitter_toml.language())).parse(self._bytes).root_node
        for node in root.named_children:
            if node.type == "pair":
                self._unread.setdefault((), []).append(node)
            elif node.type in {"table", "table_array_element"}:
                self._table(node)

    def find(self, at: Keys) -> tuple[int, int]:
        """Return line and column, in characters from 1, of a key or of the innermost table on its path."""
        return self._place(self._offsets[self._innermost(at)])

    def span(self, at: Keys) -> tuple[int, int] | None:
        """Return the first and last line of a key with what stands below it; None where it is not there.

        What is continued after other tables ends before these.
        """
        if self._innermost(at) != at:
            return None
        first = self.find(at)[0]
        ends = [self._whole[at].end_point[0] + 1] if at in self._whole else []
        for keys, node in self._tables:
            if keys[: len(at)] == at:
                ends.append(_parts(node)[-1].end_point[0] + 1)
            elif ends and node.start_point[0] + 1 > first:
                break
        return first, max(ends, default=first)

    def inside(self, at: Keys, line: int, column: int) -> tuple[int, int]:
        """Return the position of a line and column inside a key's text, or its start if it has escapes."""
        node = self._texts.get(self._innermost(at))
        if node is None:
            return self.find(at)
        raw = (node.text or b"").decode()
        quotes = 3 if raw.startswith(('"""', "'''")) else 1
        if raw.startswith('"') and "\\" in raw:
            return self._place(node.start_byte)
        if quotes == 3 and raw[3:5].startswith(("\n", "\r\n")):
            first = self._place(node.start_byte)[0]
            return first + line, column
        first, begin = self._place(node.start_byte)
        return first + line - 1, column if line > 1 else begin + quotes + column - 1

    def _innermost(self, at: Keys) -> Keys:
        """Return the longest prefix of a key path that stands in the text."""
        keys: Keys = ()
        self._read_pairs(keys)
        for key in at:
            if (*keys, key) in self._offsets:
                keys = (*keys, key)
                self._read_pairs(keys)
            elif key != 0:  # a value that stands for a list of one has no index
                break
        return keys

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._lines, offset)
        before = self._bytes[self._lines[line - 1] : offset].decode()  # tree-sitter counts bytes
        return line, len(before) + 1

    def _read_pairs(self, at: Keys) -> None:
        for each in self._unread.pop(at, ()):
            self._pair(each, at)

    def _table(self, node: Node) -> None:
        header, *pairs = _parts(node)
        *parents, last = _segments(header)
        at: Keys = ()
        for segment in parents:
            at = self._enter(at, segment)
            if at in self._lengths:  # a header goes on in the last table of an array
                at = (*at, self._lengths[at] - 1)
        at = self._enter(at, last)
        if node.type == "table_array_element":
            index = self._lengths.get(at, 0)
            self._lengths[at] = index + 1
            at = (*at, index)
            self._offsets[at] = node.start_byte
        self._tables.append((at, node))
        self._unread.setdefault(at, []).extend(pairs)

    def _pair(self, node: Node, at: Keys) -> None:
        key, *values = _parts(node)
        for segment in _segments(key):
            at = self._enter(at, segment)
        self._whole.setdefault(at, node)
        for value in values:
            self._value(value, at)

    def _value(self, node: Node, at: Keys) -> None:
        if node.type == "string":
            self._texts[at] = node
        elif node.type == "inline_table":
            for each in _parts(node):
                self._pair(each, at)
        elif node.type == "array":
            for index, each in enumerate(_parts(node)):
                self._offsets[(*at, index)] = each.start_byte
                self._whole[(*at, index)] = each
                self._value(each, (*at, index))

    def _enter(self, at: Keys, segment: Node) -> Keys:
        at = (*at, _name(segment))
        self._offsets.setdefault(at, segment.start_byte)
        return at


def _parts(node: Node) -> list[Node]:
    return [each for each in node.named_children if each.type not in {"comment", "ERROR"}]


def _segments(key: Node) -> list[Node]:
    """Return the segments of a dotted key, which nests to the left."""
    segments: list[Node] = []
    while key.type == "dotted_key":  # of any depth
        key, *last = key.named_children
        segments = [*last, *segments]
    return [key, *segments]


def _name(segment: Node) -> str:
    text = (segment.text or b"").decode()
    return text if segment.type == "bare_key" else next(iter(tomllib.loads(f"{text} = 0")))
