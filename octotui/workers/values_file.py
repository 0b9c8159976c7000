r"""The file that transfers values to a script: by exact name, with any content (V9).

Its lines are commands of any sh, so that shells look a value up without another program, and without parsing
the lines after it: `octotui_value 'KEY' 'NAME' 'VALUE'`, where the key is the name in lower case. Before
them `octotui_change 'FROM' 'TO'` lists, in order, how letters of a name become those of a key. What would end
a word or a line, and what no shell can hold, is escaped as `\0` and three octal digits, as for `printf %b`;
nothing else has a backslash.
"""

import asyncio
from collections.abc import Iterator, Mapping
from functools import lru_cache

MUCH = 1 << 18  # characters of values, whose encoding takes some milliseconds

_ESCAPES = {code: f"\\0{code:03o}" for code in (ord("\\"), *range(0x20), ord("'"), 0x7F)}
_OTHERS = "ςİϴẞ\u2126\u212a\u212b"  # letters that fold to one whose upper case is another letter


@lru_cache(maxsize=4096)  # as many names are the same for each job
def _call(name: str) -> str:
    """Return the beginning of a variable's line."""
    return f"octotui_value '{_escaped(key_of(name))}' '{_escaped(name)}'"


@lru_cache(maxsize=4096)
def key_of(name: str) -> str:
    """Fold the case of a name, a final sigma included."""
    return name.lower().replace("ς", "σ")


def encode(values: Mapping[str, str]) -> bytes:
    """Encode all values, small ones first; of names that differ in case alone the last wins."""
    changes, calls = _prepared(tuple(values))
    lines = [f"{call} '{_escaped(values[name])}'\n" for name, call in calls]
    lines.sort(key=len)
    return "".join((changes, *lines)).encode(errors="surrogateescape")


@lru_cache(maxsize=8)  # the jobs of a process have the same names
def _prepared(names: tuple[str, ...]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the lines that convert names to keys, and each name with the beginning of its line."""
    last = {key_of(name): name for name in names}
    letters = frozenset("".join((*last, *last.values())))
    return _changes(letters), tuple((name, _call(name)) for name in last.values())


async def encoded(values: Mapping[str, str]) -> bytes:
    """Encode the values file, in a thread if it is large."""
    if sum(map(len, values.values())) < MUCH:
        return encode(values)
    return await asyncio.to_thread(encode, values)


@lru_cache(maxsize=256)
def _changes(letters: frozenset[str]) -> str:
    """Return the lines that convert names to keys: escapes, the backslash first, then changes of case."""
    return "".join((*_escaping(letters), *_lowering(letters)))


def _escaping(letters: frozenset[str]) -> Iterator[str]:
    for code, escape in _ESCAPES.items():
        if code and chr(code) in letters:
            special = '"\'"' if chr(code) == "'" else f"'{chr(code)}'"
            yield f"octotui_change {special} '{escape}'\n"


def _lowering(letters: frozenset[str]) -> Iterator[str]:
    small = frozenset("".join(map(key_of, letters)))
    cases = (each for letter in small | letters for each in (letter, letter.upper(), letter.title()))
    for other in sorted({*cases, *_OTHERS} - small):
        if small.issuperset(key_of(other)):
            yield f"octotui_change '{other}' '{key_of(other)}'\n"


def _escaped(text: str) -> str:
    """Return a text with its escapes; most have nothing to escape, which is faster seen than translated."""
    return text if text.isprintable() and "'" not in text and "\\" not in text else text.translate(_ESCAPES)
