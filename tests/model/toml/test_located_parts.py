import os
from pathlib import Path

import pytest

from octotui.model.complaints import ModelError
from octotui.model.toml.located_parts import LARGEST, locate

KRAKEN = """\
[space]
name = "Kraken"
[pools.setup]
workers = ["worker1", "worker2"]  # a pair

# about the runbook
[runbooks.tame]
name = "Tame"
[[runbooks.tame.steps]]
name = "Look"
script = '''
echo [runbooks.other]
'''

[[runbooks.tame.steps]]
name = "Feed"
script = "true"
# about the variables
[variables]
Greeting = [
  { value = "hello" },
  { value = "hi", environment = "test" },
]
"""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "kraken.toml"
    path.write_text(KRAKEN)
    return path


@pytest.mark.parametrize(
    ("at", "lines"),
    [
        (("space",), (1, 2)),
        (("pools", "setup"), (3, 4)),
        (("pools", "setup", "workers", 1), (4, 4)),
        (("runbooks", "tame"), (7, 17)),
        (("runbooks", "tame", "steps", 0), (9, 13)),
        (("runbooks", "tame", "steps", 1), (15, 17)),
        (("runbooks", "tame", "steps", "Feed"), (15, 17)),
        (("variables", "Greeting"), (20, 23)),
        (("variables", "Greeting", 1), (22, 22)),
    ],
)
def test_a_part_has_its_lines(model: Path, at: tuple[str | int, ...], lines: tuple[int, int]) -> None:
    found = locate(model, (at,))
    assert (found.file, found.first, found.last) == (model, *lines)
    assert found.text == KRAKEN


def test_what_another_table_stands_between_ends_before_it(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("[a.b]\nx = 1\n[c]\ny = 1\n[a.d]\nz = 1\n")
    assert locate(path, (("a",),))[2:] == (1, 2)


def test_the_nearest_candidate_that_a_file_of_the_folder_declares_is_taken(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('[pools.p]\nworkers = ["w"]\n')
    (tmp_path / "b.toml").write_text("# here\n[workers.w]\nenabled = false\n")
    paths = ("workers", "w"), ("pools", "p", "workers", 0)
    assert locate(tmp_path, paths)[::2] == (tmp_path / "b.toml", 2)
    (tmp_path / "b.toml").write_text("")
    assert locate(tmp_path, paths)[::2] == (tmp_path / "a.toml", 2)


def test_a_file_that_is_not_toml_now_is_shown_where_that_begins(model: Path) -> None:
    model.write_text(KRAKEN.replace('"Look"', "Look"))
    found = locate(model, (("runbooks", "tame"),))
    assert (found.file, found.first, "name = Look" in found.text) == (model, 10, True)


def test_what_is_not_there_is_said(model: Path) -> None:
    for gone in (
        ("runbooks", "gone"),
        ("runbooks", "tame", "steps", "Gone"),
        ("pools", 3),
        ("space", "name", "x"),
    ):
        with pytest.raises(ModelError, match=r"kraken\.toml: It is not declared here any more"):
            locate(model, (gone,))
    model.unlink()
    with pytest.raises(ModelError, match="There is no such file"):
        locate(model, (("space",),))


def test_neither_a_pipe_nor_a_huge_file_is_read(model: Path) -> None:
    model.write_bytes(b"#" * (LARGEST + 1))
    with pytest.raises(ModelError, match="no file of 2048 KiB at most"):
        locate(model, (("space",),))
    model.unlink()
    os.mkfifo(model)
    with pytest.raises(ModelError, match="came from a pipe"):
        locate(model, (("space",),))
