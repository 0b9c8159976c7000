"""The rules of docs/rules.md, and the tests that are named for them: none is missing, and none is made up.

A test names a rule in its own name, as `test_w6_…` does, or at the beginning of its docstring or its file's:
"W6, L2: …", "V1 to V3: …". Code and tests mention rules in brackets, too: "(W6)".
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "rules.md").read_text("utf-8")
PLANNED = "*planned:*"
SOME = r"[A-Z]\d{1,2}(?:(?:, | and | to )[A-Z]\d{1,2})*"

RULES: list[tuple[str, str]] = re.findall(r"^- \*\*(\w+)\*\* (.*(?:\n  .*)*)", TEXT, re.MULTILINE)
"""The name of each rule, and its text."""

BUILT = [name for name, text in RULES if not text.startswith(PLANNED)]


class Mention(NamedTuple):
    """A rule that is mentioned somewhere, and whether as what a test there proves."""

    rule: str
    where: str
    proved: bool


def listed(some: str) -> Iterator[str]:
    """The rules in "W6, L2 and V1 to V3"."""
    last = ""
    for link, rule in re.findall(r"( to )?([A-Z]\d+)", some):
        first = int(last[1:]) + 1 if link and last[0] == rule[0] else int(rule[1:])
        yield from (f"{rule[0]}{number}" for number in range(first, int(rule[1:]) + 1))
        last = rule


def mentions_in(source: str, where: str) -> Iterator[Mention]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        name = getattr(node, "name", "")
        proves = isinstance(node, ast.Module | ast.ClassDef) or name.startswith("test_")
        said = ast.get_docstring(node) or ""
        leading = re.match(rf"({SOME})[:.]", said)
        named = re.match(r"test((?:_[a-z]\d{1,2})+)_", name)
        proved = [*listed(leading[1] if leading else ""), *listed(named[1].upper() if named else "")]
        at = f"{where}::{name}".removesuffix("::")
        yield from (Mention(rule, at, proves and Path(where).name.startswith("test_")) for rule in proved)
        for some in re.findall(rf"\(({SOME})\)", said):
            yield from (Mention(rule, at, False) for rule in listed(some))


@cache
def mentions() -> list[Mention]:
    files = [*(ROOT / "octotui").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    return [
        each
        for path in sorted(files)
        if path != Path(__file__)
        for each in mentions_in(path.read_text("utf-8"), path.relative_to(ROOT).as_posix())
    ]


def test_rules_are_numbered_in_order() -> None:
    letters = re.findall(r"^## ([A-Z])\. ", TEXT, re.MULTILINE)
    counts = {letter: sum(name[0] == letter for name, _ in RULES) for letter in letters}
    assert [name for name, _ in RULES] == [
        f"{letter}{number + 1}" for letter in letters for number in range(counts[letter])
    ]


@pytest.mark.parametrize(("name", "text"), RULES, ids=[name for name, _ in RULES])
def test_what_is_planned_is_marked_once_and_ends_its_rule(name: str, text: str) -> None:
    before, mark, after = text.partition(PLANNED)
    assert "planned" not in before + after, f"{name}: mark what is planned by {PLANNED}, and put it last"
    assert bool(mark) == bool(after.strip())


@pytest.mark.xdist_group("rules")
@pytest.mark.parametrize("rule", BUILT)
def test_every_rule_that_is_built_has_a_test_named_for_it(rule: str) -> None:
    tests = [each.where for each in mentions() if each.rule == rule and each.proved]
    assert tests, f"name a test for {rule}, as test_{rule.lower()}_…, or mark the rule as planned"


@pytest.mark.xdist_group("rules")
def test_every_rule_that_is_mentioned_exists() -> None:
    unknown: dict[str, list[str]] = defaultdict(list)
    for each in mentions():
        if each.rule not in dict(RULES):
            unknown[each.rule].append(each.where)
    assert not unknown


@pytest.mark.parametrize(
    ("source", "where", "found"),
    [
        ("def test_w6_l2_it(): ...", "test_a.py", [("W6", True), ("L2", True)]),
        (
            "def test_it():\n  '''V1 to V3, W6: it is so.'''",
            "test_a.py",
            [(x, True) for x in ["V1", "V2", "V3", "W6"]],
        ),
        ("def test_it():\n  '''R4.'''", "test_a.py", [("R4", True)]),
        ("'''I6: all of it.'''", "test_a.py", [("I6", True)]),
        ("def test_it():\n  '''So it is (P2 and P3).'''", "test_a.py", [("P2", False), ("P3", False)]),
        ("def is_so():\n  '''W6: it is.'''", "test_a.py", [("W6", False)]),
        ("def test_w6_it(): ...", "invariants.py", [("W6", False)]),
        ("def test_s3_upload(): 'W6: no docstring of S3'", "test_a.py", [("S3", True), ("W6", True)]),
        ("def test_utf8_it():\n  '''Buckets of S3: 2.'''", "test_a.py", []),
    ],
)
def test_what_is_a_mention(source: str, where: str, found: list[tuple[str, bool]]) -> None:
    assert {(each.rule, each.proved) for each in mentions_in(source, where)} == set(found)
