"""`octotui check`: silence about nothing, and every complaint at once."""

import os
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from octotui.cli import model_files
from tests.cli.conftest import FAIL, OK, ROOT, Call, command


def test_a_clean_model_is_counted(octotui: Call, program: Call, write: Call) -> None:
    model = write(OK + FAIL)
    told = "Small: 1 pool, 3 workers, 2 runbooks, 2 steps; no problems found\n"
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


def test_r8_a_key_that_is_not_known_is_refused_by_check_and_at_the_start(
    octotui: Call, write: Call, state: Path
) -> None:
    model = write(OK.replace("script =", "retires = 1\nscript ="))
    for call in (("check", model), ("run", model, "ok", "--state", state)):
        told = octotui(*call)
        assert (told.code, told.out) == (2, "")
        assert '"retires" is not known here; did you mean "retries"?' in told.err
    assert not state.exists()


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


def test_broken_expressions_are_told_by_every_verb_that_reads_a_model(octotui: Call, write: Call) -> None:
    """V1."""
    model = write(f"{OK}condition = '#{{if A}} '\n")
    for verb in (["check", model], ["variables", model], ["run", model, "ok"]):
        said = octotui(*verb)
        assert said.code == 2
        assert said.err.startswith(f"{model}:19:14: ")
        assert said.err.endswith("`#{if A}` is never closed; it wants `#{/if}`.\n")


def test_v1_what_is_no_expression_elsewhere_is_a_warning(octotui: Call, write: Call) -> None:
    model = write(OK.replace("hello ", "hello #{if A} "))
    said = octotui("check", model)
    assert said.code == 0
    sentence = "`#{if A}` is never closed; it wants `#{/if}`. It stays as it is written."
    assert said.err == f'warning: {model}:18:23: runbooks.ok.steps["Say hello"].script.body: {sentence}\n'


def test_a_sensitive_value_that_cannot_be_masked_is_refused(
    octotui: Call, write: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """V5: where it can be known; one that is not there yet may come."""
    (tmp_path / "short").write_text("abc\n")
    (tmp_path / "long").write_text("hunter22\n")
    monkeypatch.setenv("SHORT", "xyz")
    variables = """
[variables]
A = { sensitive = { file = "short" } }
B = { sensitive = { file = "long" } }
C = { sensitive = { env = "SHORT" } }
D = { sensitive = { env = "NOT_SET_HERE" } }
E = { sensitive = { command = ["pass"] } }
"""
    said = octotui("check", write(OK, head=variables))
    sentence = "It cannot be used: it has fewer than 4 characters, which cannot be masked: make it longer."
    lines = said.err.splitlines()
    assert [line.split(": ", 2)[1:] for line in lines] == [
        ["variables.A.sensitive.file", sentence],
        ["variables.C.sensitive.env", sentence],
    ]
    assert "abc" not in said.err


def test_a_pipe_that_nobody_writes_is_said_to_be_waited_for(
    octotui: Call, write: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is written is read, as of a process substitution."""
    told = threading.Event()
    said: list[str] = []

    def tell(sentence: str) -> None:
        said.append(sentence)
        told.set()

    monkeypatch.setattr(model_files, "PATIENCE", 0.0)
    monkeypatch.setattr(model_files, "warn", tell)
    pipe, text = tmp_path / "pipe", write(OK).read_text()
    os.mkfifo(pipe, 0o600)

    def write_late() -> None:
        assert told.wait(20)
        pipe.write_text(text)

    writer = threading.Thread(target=write_late)
    writer.start()
    assert octotui("check", pipe).code == 0
    writer.join()
    assert said == [f"waits for a model to be written into the pipe {pipe}; ^C leaves"]


def test_interrupted_while_it_waits_it_ends_as_shells_expect(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    with subprocess.Popen(
        command("check", tmp_path / "pipe"), stderr=subprocess.PIPE, text=True, cwd=ROOT
    ) as waiting:
        assert waiting.stderr is not None
        first = waiting.stderr.readline()
        waiting.send_signal(signal.SIGINT)
        assert first.startswith("octotui: waits for a model to be written into the pipe ")
        assert (waiting.wait(20), waiting.stderr.read()) == (130, "")
