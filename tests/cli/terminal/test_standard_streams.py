"""R6: output that is full, closed, or has no reader."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from octotui.runtime.open_space import state_on_disk
from octotui.store.space_folder import space_folder
from tests.cli.conftest import OK, ROOT, Call
from tests.cli.verbs.test_run import wait_for

OCTOTUI = f"{sys.executable} -m octotui"
FULL = "octotui: the output cannot be written: No space left on device\n"


def shell(command: str) -> tuple[int, str, str]:
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("verb", ["schema", "--help", "--version", "check MODEL", "check --json MODEL"])
def test_r6_output_that_goes_nowhere_has_its_exit_code(write: Call, verb: str) -> None:
    call = f"{OCTOTUI} {verb.replace('MODEL', str(write(OK)))}"
    assert shell(f"{call} > /dev/full") == (1, "", FULL)
    assert shell(f"{call} | true; exit ${{PIPESTATUS[0]}}") == (141, "", "")
    assert shell(f"{call} >&-") == (0, "", "")
    assert shell(f"{call} <&- >&- 2>&-") == (0, "", "")


def test_r6_what_was_wrong_keeps_its_exit_code_where_nobody_hears_it() -> None:
    assert shell(f"{OCTOTUI} check nowhere.toml 2>/dev/full")[0] == 2
    assert shell(f"{OCTOTUI} check nowhere.toml 2>&-")[0] == 2
    assert shell(f"{OCTOTUI} run --nothing 2>/dev/full")[0] == 2


@pytest.mark.parametrize(("where", "code"), [("> /dev/full", 1), ("| true", 141)])
def test_r6_a_run_goes_on_whose_lines_cannot_be_written(
    octotui: Call, write: Call, state: Path, where: str, code: int
) -> None:
    model = write(OK.replace("'echo", "'sleep 0.5; echo"))
    ended = shell(f"{OCTOTUI} run {model} ok --state {state} {where}; exit ${{PIPESTATUS[0]}}")
    assert ended == (code, "", FULL if code == 1 else "")
    assert octotui("wait", model, "run-1", "--state", state).out == "run-1  succeeded\n"


def test_r6_what_is_closed_is_not_the_next_file_that_is_opened(write: Call, state: Path) -> None:
    """The journal would be descriptor 1, and hold what is printed."""
    model = write(OK)
    assert shell(f"{OCTOTUI} run {model} ok --state {state} <&- >&- 2>&-") == (0, "", "")
    wait_for(lambda: state_on_disk(space_folder("small", state)).seq)
    for file in state.rglob("*"):
        assert not file.is_file() or b"is queued" not in file.read_bytes()


def test_r6_a_pipe_that_is_set_not_to_wait_is_waited_for() -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    call = [sys.executable, "-m", "octotui", "schema"]
    with subprocess.Popen(call, cwd=ROOT, stdout=writer, stderr=subprocess.PIPE) as child:
        os.close(writer)
        with os.fdopen(reader, "rb") as output:
            assert len(output.read()) > 1 << 16
        assert (child.wait(), child.stderr.read() if child.stderr else b"") == (0, b"")


def test_r6_a_folder_that_is_gone_is_a_sentence_where_a_path_needs_it(write: Call, tmp_path: Path) -> None:
    model, gone = write(OK), tmp_path / "gone"
    here = f"mkdir {gone}; cd {gone}; rmdir {gone}; PYTHONPATH={ROOT} {sys.executable} -P -m octotui"
    assert shell(f"{here} check {model}")[0] == 0
    assert shell(f"{here} serve model.toml --state state") == (
        2,
        "",
        "octotui: the current directory is gone or closed: go to another one, or say paths from the root\n",
    )
