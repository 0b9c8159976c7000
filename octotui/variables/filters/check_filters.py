"""Filters in `#{…}` that there are not: what they stand in stays as it was written, so `check` warns (V1)."""

import re
from collections.abc import Iterator
from itertools import islice

import msgspec

from octotui.model.complaints import InsideReport, SourcePosition
from octotui.model.iteration import steps
from octotui.model.process import TemplateCall
from octotui.model.space import Model
from octotui.variables.check_templates import expanded_texts
from octotui.variables.filters.registry import WRITTEN, no_such_filter
from octotui.variables.syntax.nodes import Call, left_as_written, place
from octotui.variables.syntax.scanner import read_leniently
from octotui.variables.text_names import ModelTexts

MOST = 10  # of what is said of one text
PIPED = re.compile(r"\|\s*+(\w++)[^{}|]*+(?=[{}|])")
"""A word that may be a filter's: of a shell's pipe, too, which the grammar tells apart."""


def check_filters(model: Model, report: InsideReport, names: ModelTexts | None = None) -> None:
    """Warn of each filter that there is not, once a text, with the nearest one there is."""
    names = names or ModelTexts()
    for at, text, file in expanded_texts(model, names):
        if names.of(text).filters == ():
            continue
        for sentence, line, column in _sentences(text, names):
            report(at, sentence, SourcePosition(line, column, file))
    for at, step in steps(model):
        if isinstance(step.action, TemplateCall) and not step.action.verbatim:
            for sentence, line, _ in _sentences(step.action.body, names):
                where = f'In line {line} of the script of "{step.action.template}"'
                report((*at, "template"), f"{where}: {sentence}", SourcePosition(1, 1))


def _sentences(text: str, names: ModelTexts) -> Iterator[tuple[str, int, int]]:
    """Yield a sentence for each unknown filter of a text, with line and column."""
    simple = names.of(text).filters
    words = PIPED.findall(text) if simple is None else simple
    if all(word.lower() in WRITTEN for word in words):
        return
    found: dict[str, int] = {}
    for name, start in _calls(read_leniently(text)[0], 0):
        if name.lower() not in WRITTEN:
            found.setdefault(name, start)
    for name, start in islice(found.items(), MOST):
        yield left_as_written(no_such_filter(name)), *place(text, start)


def _calls(node: object, start: int) -> Iterator[tuple[str, int]]:
    """Yield the name of every filter in parts of a text, and the position of its tag."""
    if isinstance(node, tuple):
        for each in node:
            yield from _calls(each, start)
    elif isinstance(node, msgspec.Struct):
        start = getattr(node, "start", start)
        if isinstance(node, Call):
            yield node.filter, start
        for name in node.__struct_fields__:
            yield from _calls(getattr(node, name), start)
