import os
import subprocess
import sys
from pathlib import Path

import pytest

from octotui.model.complaints import ModelError
from octotui.model.toml.read import load
from tests.model.texts import SPACE, complaints_of, model_of, only_complaint, sample, write


def test_a_file_is_a_model(tmp_path: Path) -> None:
    assert load(sample(tmp_path)) == load(str(tmp_path / "model.toml"))


def test_a_folder_is_one_model(tmp_path: Path) -> None:
    write(tmp_path, SPACE + '[pools.a]\nworkers = ["x"]', "a.toml")
    write(
        tmp_path,
        '[pools.b]\nworkers = ["x", "y"]\n[[runbooks.r.steps]]\nname="1"\nscript=""\npool="a"',
        "b.toml",
    )
    model = load(tmp_path)
    assert list(model.pools) == ["a", "b"]
    assert model.runbooks["r"].steps[0].pool == "a"


def test_a_slug_in_two_files_is_a_complaint_that_names_both_places(tmp_path: Path) -> None:
    write(tmp_path, SPACE + "[pools.a]\n[engine]\n", "a.toml")
    write(tmp_path, "# twice\n[pools.a]\n[pools.b]\n[engine]\n" + SPACE, "b.toml")
    with pytest.raises(ModelError) as caught:
        load(tmp_path)
    already = "is declared in {}/a.toml:{} already; keep one of them."
    assert str(caught.value).splitlines() == [
        f"{tmp_path}/b.toml:2:8: pools.a: This " + already.format(tmp_path, "3:8"),
        f"{tmp_path}/b.toml:4:2: engine: This " + already.format(tmp_path, "4:2"),
        f"{tmp_path}/b.toml:5:2: space: This " + already.format(tmp_path, "1:2"),
    ]


def test_a_complaint_stands_in_the_file_it_is_about(tmp_path: Path) -> None:
    write(tmp_path, SPACE + "[pools.setup]", "a.toml")
    write(tmp_path, '[[runbooks.r.steps]]\nname = "1"\nscript = ""\npool = "setpu"\n', "b.toml")
    with pytest.raises(ModelError, match=r"b\.toml:4:1: .*did you mean \"setup\""):
        load(tmp_path)


def test_relative_paths_begin_at_the_file_they_stand_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample(tmp_path / "deep")
    monkeypatch.chdir(tmp_path)
    assert load("deep").feeds["local"].directory == str(tmp_path / "deep" / "packages")


def test_broken_files_do_not_hide_each_other(tmp_path: Path) -> None:
    write(tmp_path, "x = [", "a.toml")
    write(tmp_path, "y = ]", "b.toml")
    write(tmp_path, 'poolz = 1\n[[runbooks.r.steps]]\nname="1"\nscript=""\npool="in-a"', "c.toml")
    with pytest.raises(ModelError) as caught:
        load(tmp_path)
    places = [(Path(each.file).name, each.line, each.column) for each in caught.value.complaints]
    assert places == [("a.toml", 1, 6), ("b.toml", 1, 5), ("c.toml", 1, 1)]


def test_the_space_is_required(tmp_path: Path) -> None:
    (complaint,) = complaints_of(tmp_path, "[pools.a]\n", named=False)
    assert (complaint.line, complaint.column, complaint.key) == (1, 1, "space")
    assert "name" in complaint.message


MANY = """
[engine]
task_cap = "five"
[pools.setup]
workers = "worker1"
[[runbooks.r.steps]]
nmae = "One"
script = "x"
pool = "setpu"
time_limit = "soon"
[[runbooks.r.steps]]
name = "Two"
[[runbooks.r.steps]]
name = ""
manual = 5
[environments."Bad Slug"]
"""


def test_all_complaints_come_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    found = complaints_of(tmp_path, MANY)
    assert [(each.line - 3, each.key) for each in found] == [
        (2, "engine.task_cap"),
        (4, "pools.setup.workers"),
        (5, "runbooks.r.steps[1].name"),
        (6, "runbooks.r.steps[1].nmae"),
        (8, "runbooks.r.steps[1].pool"),
        (9, "runbooks.r.steps[1].time_limit"),
        (10, 'runbooks.r.steps["Two"]'),
        (13, "runbooks.r.steps[3].name"),
        (14, "runbooks.r.steps[3].manual"),
        (15, 'environments."Bad Slug"'),
    ]


@pytest.mark.parametrize("key", ["schedule", "targets"])
def test_what_comes_later_is_not_known_yet(tmp_path: Path, key: str) -> None:
    step = f'[[runbooks.r.steps]]\nname = "One"\nscript = ""\n{key} = "x"\n'
    assert f'"{key}" is not known here' in only_complaint(tmp_path, step)


def test_a_policy_that_is_not_known(tmp_path: Path) -> None:
    said = only_complaint(tmp_path, '[pools.a]\npolicy = "random"')
    assert said == 'pools.a.policy: "random" is not known; known: "round-robin", "least-leases".'


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (
            'script = ""\nmanual = { instructions = "x" }',
            '"manual" does not go with "script"; keep one of them.',
        ),
        ('script = ""\nwait = false', '"wait" goes only with "runbook"; remove it.'),
        ('script = ""\nblock_concurrent = true', '"block_concurrent" goes only with "manual"; remove it.'),
        (
            'manual = { instructions = "x" }\nretries = 1',
            '"retries" does not go with "manual"; remove one of them.',
        ),
        (
            'script = ""\npool = "default"\npool_variable = "V"',
            '"pool_variable" does not go with "pool"; remove one of them.',
        ),
        ('script = { body = "", file = "x.sh" }', '"file" does not go with "body"; keep one of them.'),
        ("script = { }", 'One of "body", "file" is missing.'),
    ],
)
def test_keys_of_a_step_that_do_not_go_together(tmp_path: Path, step: str, said: str) -> None:
    write(tmp_path, "", "x.sh")
    text = f'[pools.p]\n[variables]\nV = {{ pool = "p" }}\n[[runbooks.r.steps]]\nname = "One"\n{step}\n'
    assert only_complaint(tmp_path, text).endswith(f": {said}")


def test_an_unquoted_name_with_dots_is_explained(tmp_path: Path) -> None:
    found = complaints_of(tmp_path, '[variables]\nProject.Pool = "x"')
    assert any("written in quotes" in each.message for each in found)


def test_reading_a_clean_model_loads_neither_tree_sitter_nor_screens(tmp_path: Path) -> None:
    file = write(tmp_path, SPACE)
    heavy = ("tree_sitter", "tree_sitter_toml", "textual", "rich", "click", "difflib", "tomli_w")
    code = f"""
import sys
from octotui.model.toml.read import load
load({str(file)!r})
print([name for name in {heavy!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_an_empty_model_has_its_defaults(tmp_path: Path) -> None:
    model = model_of(tmp_path, "")
    assert (model.space.name, model.engine.task_cap, model.default_pool) == ("Kraken", 5, "default")


def test_r9_a_pipe_in_a_folder_of_models_is_a_complaint_and_never_waited_for(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('[space]\nname = "Test"\n')
    os.mkfifo(tmp_path / "b.toml")
    with pytest.raises(ModelError, match=r"b\.toml is no file of 16384 KiB at most"):
        load(tmp_path)


def test_r9_a_device_that_never_ends_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is no file of 16384 KiB at most"):
        load("/dev/zero")
