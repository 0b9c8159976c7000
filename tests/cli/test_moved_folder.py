"""R2: servers and clients of a space whose folder is moved away under them, or whose disk is full."""

import shutil
import subprocess
from pathlib import Path

from tests.cli.conftest import OK, ROOT, Call, command
from tests.cli.test_disk import CHATTER, small_files
from tests.cli.verbs.test_run import wait_for
from tests.cli.verbs.test_serve import serving
from tests.servers import end_servers

WAITING = """
[[runbooks.waiting.steps]]
name = "Wait"
pool = "setup"
script = "echo begun; until [ -e ../../../../../go ]; do sleep 0.01; done; echo went"
"""


def test_r2_who_is_attached_hears_why_and_what_runs_is_taken_up_elsewhere(
    octotui: Call, write: Call, state: Path, tmp_path: Path
) -> None:
    model, moved = write(WAITING), tmp_path / "moved"
    with serving(model, state) as server:
        assert octotui("run", model, "waiting", "--detach", "--state", state).code == 0
        log = state / "small" / "logs" / "run-1" / "job-1.1.log"
        wait_for(lambda: log.exists() and log.read_text() == "begun\n")
        follow = command("events", "-f", "--since", 0, model, "--state", state)
        with subprocess.Popen(follow, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as client:
            try:
                assert client.stdout is not None
                assert client.stdout.readline()
                state.rename(moved)
                (moved / "go").touch()
                # At once: the server has not found out yet, and still has the folder.
                waited = octotui("wait", model, "run-1", "--state", moved, "--timeout", "20s")
                assert (waited.code, waited.out) == (0, "run-1  succeeded\n")
                sentence = server.communicate(timeout=10)[1]
                heard = client.communicate(timeout=10)[1].decode()
                assert octotui("logs", model, "run-1", "--state", moved).out == "begun\nwent\n"
            finally:
                client.kill()
                end_servers(moved)
    assert sentence.startswith(f"octotui: {state}/small was moved, removed or replaced while the space was ")
    assert sentence.count("\n") == 1
    assert (server.returncode, client.returncode) == (1, 1)
    assert heard in (
        sentence,
        f"octotui: {state}/small was moved or removed: open the space where its folder is now\n",
    )
    assert not state.exists()


def test_r2_a_folder_that_is_made_anew_has_a_server_of_its_own(
    octotui: Call, write: Call, state: Path
) -> None:
    model = write(OK)
    with serving(model, state) as server:
        assert octotui("run", model, "ok", "--state", state).code == 0
        shutil.rmtree(state / "small")
        assert octotui("run", model, "ok", "--state", state).code == 0
        assert octotui("run", model, "ok", "--detach", "--state", state).out == "run-2\n"
        assert server.wait(10) == 1


def test_r2_a_full_disk_ends_the_server_with_a_sentence_for_all(
    octotui: Call, write: Call, state: Path
) -> None:
    model = write(CHATTER)
    with subprocess.Popen(
        command("serve", model, "--state", state),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=small_files(230_000),  # noqa: PLW1509
    ) as server:
        wait_for((state / "small" / "socket").exists)
        said = octotui("run", model, "chatter", "--state", state)
        try:
            err = server.communicate(timeout=20)[1]
        finally:
            server.kill()
    assert (said.code, server.returncode) == (1, 1)
    assert err.startswith(f"octotui: {state}/small/journal.sqlite cannot be ")
    assert said.err == err
