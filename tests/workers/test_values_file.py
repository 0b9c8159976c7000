"""V9: the file that values travel in."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from octotui.workers.shells import HELPERS
from octotui.workers.values_file import encode, key_of
from tests.workers.scripts import run_with

LOOK_UP = f'get() ( . {HELPERS}/values.sh )\nget "$1"'
PROGRAMS = {"bash": [], "dash": [], "busybox": ["sh"]}
THERE = [[path, *more] for name, more in PROGRAMS.items() if (path := shutil.which(name))]


def found(program: list[str], folder: Path, values: dict[str, str], name: str) -> bytes:
    """What a shell finds by a name, in a file of these values."""
    path = folder / "values"
    path.write_bytes(encode(values))
    done = subprocess.run(
        [*program, "-c", LOOK_UP, "sh", name],
        env={"OCTOTUI_VALUES": str(path), "PATH": "/no/where"},
        capture_output=True,
        check=True,
    )
    return done.stdout


def test_v9_a_line_is_a_value_and_nothing_ends_it_early() -> None:
    body = encode({"B": "one\ntwo'", "a": "\\\0\x7f", "long": "x" * 50})
    assert body.splitlines() == [
        b"octotui_change 'A' 'a'",
        b"octotui_change 'B' 'b'",
        b"octotui_change 'G' 'g'",
        b"octotui_change 'L' 'l'",
        b"octotui_change 'N' 'n'",
        b"octotui_change 'O' 'o'",
        b"octotui_value 'a' 'a' '\\0134\\0000\\0177'",
        b"octotui_value 'b' 'B' 'one\\0012two\\0047'",
        b"octotui_value 'long' 'long' '" + b"x" * 50 + b"'",
    ]
    assert encode({}) == b""


def test_v9_every_character_that_ends_a_word_or_a_line_is_escaped() -> None:
    """Whatever stands beside it; all others are as they were."""
    escaped = {"\\", "'", "\x7f", *map(chr, range(0x20))}
    for each in map(chr, (*range(0x3000), 0xDCFF, 0xFFFF, 0x1F600)):
        shown = f"\\0{ord(each):03o}" if each in escaped else each
        assert encode({"a": f"x{each}"}).endswith(f"'a' 'x{shown}'\n".encode(errors="surrogateescape")), each


def test_v9_of_names_that_differ_by_case_alone_the_last_counts() -> None:
    assert encode({"A": "1", "a": "2"}).splitlines()[-1] == b"octotui_value 'a' 'a' '2'"


TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
NAME = st.one_of(
    st.text("aB'\\\n*?[]$`\" .-é", min_size=1, max_size=8), TEXT.filter(lambda text: "\0" not in text)
)


@pytest.mark.parametrize("program", THERE, ids=lambda program: program[0].rpartition("/")[2])
@settings(
    max_examples=25,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(values=st.dictionaries(NAME, TEXT, min_size=1, max_size=5))
def test_v9_any_sh_finds_any_value_by_any_name(
    tmp_path_factory: pytest.TempPathFactory, program: list[str], values: dict[str, str]
) -> None:
    """With no other program at hand."""
    name = next(iter(values))
    last = {key_of(each): value for each, value in values.items()}
    folder = tmp_path_factory.mktemp("values")
    assert found(program, folder, values, name) == last[key_of(name)].encode()


CASES = [
    ("ΟΔΟΣ", "ΟΔΟΣ"),
    ("ΟΔΟΣ", "οδος"),
    ("ΟΔΟΣ", "οδοσ"),
    ("οδος", "ΟΔΟΣ"),
    ("Οδός.ΑΣ", "ΟΔΌΣ.ας"),
    ("Σ", "ς"),
    ("İzmir", "i̇ZMIR"),
    ("i̇zmir", "İZMIR"),
    ("STRAẞE", "straße"),
    ("straße", "STRAẞE"),
    ("ǅungla", "Ǆungla"),
    ("kelvin", "\u212aelvin"),
    ("\u2126\u212b", "ωå"),
    ("Θ", "ϴ"),
]
"""Names, and the same in another case: letters of more than two cases, and others at the end of a word."""


@pytest.mark.parametrize(("name", "other"), CASES)
def test_v9_a_name_is_found_in_any_case_by_all_shells(tmp_path: Path, name: str, other: str) -> None:
    values = {"Before": "x", name: "found", "Behind": "y"}
    for program in THERE:
        assert found(program, tmp_path, values, other) == b"found"
    ran = run_with("python", tmp_path, f"print(get_octopusvariable({other!r}))", values)
    assert ran.visible == "found\n"


def test_v9_what_lower_case_makes_one_is_found_by_one_key() -> None:
    """By which the model and the engine tell names apart; and a shell makes it letter by letter."""
    for letter in map(chr, (*range(0xD800), *range(0xE000, 0x20000))):
        for name in (letter, f"α{letter}", f"{letter}α", f"Α{letter}.", f"{letter}Σ"):
            assert key_of(name) == key_of(name.lower()) == "".join(map(key_of, name))


@pytest.mark.parametrize("program", THERE, ids=lambda program: program[0].rpartition("/")[2])
def test_v9_a_large_file_is_read_no_further_than_to_the_value(tmp_path: Path, program: list[str]) -> None:
    """Small values come first, and those behind them are not even parsed."""
    values = {"Huge": "y" * 2_500_000, **{f"Small{number}": str(number) for number in range(50)}}
    assert found(program, tmp_path, values, "SMALL49") == b"49"
    assert found(program, tmp_path, values, "huge") == b"y" * 2_500_000
    body = encode(values)
    cut = body[: body.index(b"octotui_value 'huge'")] + b"(((\n"
    (tmp_path / "cut").write_bytes(cut)
    done = subprocess.run(
        [*program, "-c", LOOK_UP, "sh", "Small7"],
        env={"OCTOTUI_VALUES": str(tmp_path / "cut")},
        capture_output=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == (b"7", b"")
