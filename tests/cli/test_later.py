"""`octotui run --in`: runs that wait for their time, from the outside."""

import signal
import subprocess
from pathlib import Path

from tests.cli.conftest import OK, ROOT, Call, command
from tests.cli.verbs.test_run import states, wait_for


def test_a_run_starts_after_a_while_and_its_call_waits_for_it(
    octotui: Call, write: Call, state: Path
) -> None:
    """Q5: and so it is when it was asked for with --in."""
    said = octotui("run", write(OK), "ok", "--in", "200ms", "--state", state)
    assert (said.code, said.err) == (0, "")
    told = said.out.splitlines()
    assert told[2].startswith("run-1  starts at ")
    assert told[3:5] == ["run-1  is due", "run-1  starts"]


def test_a_run_does_not_wait_for_what_others_have_scheduled(octotui: Call, write: Call, state: Path) -> None:
    """Q5: it is still there for the next call."""
    with subprocess.Popen(
        command("run", write(OK), "ok", "--in", "1h", "--state", state),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        while "starts at" not in child.stdout.readline():
            pass
        child.kill()
    said = octotui("run", write(OK), "ok", "--state", state)
    assert said.code == 0
    assert states(state) == {"run-1": "queued"}


def heeds(pid: int, number: int) -> bool:
    """Whether a process has a handler of its own for a signal."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) >> number - 1 & 1)


def test_an_interrupt_cancels_a_run_that_waits_for_its_time(write: Call, state: Path) -> None:
    """Q5, Q6: ^C."""
    with subprocess.Popen(
        command("run", write(OK), "ok", "--in", "1h", "--state", state),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        while "starts at" not in child.stdout.readline():
            pass
        wait_for(lambda: heeds(child.pid, signal.SIGTERM))
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=20)
    assert (child.returncode, err) == (130, "octotui: cancelling; ^C again leaves at once\n")
    assert "run-1  was cancelled by" in out
    assert states(state) == {}
