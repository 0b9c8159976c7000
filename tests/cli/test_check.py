"""`octotui check`: silence about nothing, and every complaint at once."""

from pathlib import Path

from tests.cli.conftest import FAIL, OK, Call


def test_a_clean_model_is_counted(octotui: Call, program: Call, write: Call) -> None:
    model = write(OK + FAIL)
    told = "Small: 1 pool, 3 workers, 2 runbooks, 2 steps; nothing to complain about\n"
    assert octotui("check", model) == (0, told, "")
    assert program("check", model) == (0, told, "")


def test_all_complaints_come_at_once_with_their_places(octotui: Call, program: Call, write: Call) -> None:
    model = write(OK.replace('"setup"', '"setpu"') + FAIL.replace("script =", "retires = 1\nscript ="))
    said = octotui("check", model)
    assert (said.code, said.out) == (2, "")
    first, second = sorted(said.err.splitlines(), key=lambda line: int(line.split(":")[1]))
    assert first.startswith(f"{model}:17:1: ")
    assert 'did you mean "setup"?' in first
    assert second.startswith(f"{model}:23:")
    assert 'did you mean "retries"?' in second
    assert program("check", model) == said


def test_a_folder_is_one_model(octotui: Call, write: Call, tmp_path: Path) -> None:
    write(OK)
    (tmp_path / "more.toml").write_text(FAIL)
    assert octotui("check", tmp_path).out.startswith("Small: 1 pool, 3 workers, 2 runbooks, 2 steps;")


def test_files_that_are_none(octotui: Call, tmp_path: Path) -> None:
    for path, sentence in (
        (
            tmp_path,
            f"{tmp_path}: No TOML file is in this folder; name one, or write one with `octotui init`.",
        ),
        (
            tmp_path / "a.toml",
            f"{tmp_path}/a.toml: There is no such file; `octotui init` writes one to start",
        ),
    ):
        said = octotui("check", path)
        assert (said.code, said.out) == (2, "")
        assert said.err.startswith(sentence)
        assert said.err.count("\n") == 1


def test_what_is_not_toml_wrong_types_and_a_missing_script(
    octotui: Call, write: Call, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("[space]\nname = \n")
    said = octotui("check", broken)
    assert said.code == 2
    assert said.err.startswith(f"{broken}:2:")
    assert "This is not TOML" in said.err
    wrong = write("\n[engine]\ntask_cap = 'many'\n" + OK.replace("script =", "retries = 'x'\nscript ="))
    said = octotui("check", wrong)
    assert said.code == 2
    assert "engine.task_cap" in said.err
    assert "retries" in said.err
    missing = write(OK.replace("script = ", 'script = { shell = "sh", file = "no.sh" }\n# '))
    said = octotui("check", missing)
    assert said.code == 2
    assert "no.sh" in said.err
    assert "Traceback" not in said.err
