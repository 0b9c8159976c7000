"""Asking at a terminal, for real: proceed with notes, abort, leave, and ^C at the prompt."""

import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from tests.cli.conftest import ASK, GUIDED, OTHERS, ROOT, SIZED, command
from tests.cli.verbs.test_run import output, states

PROMPT = r"proceed, abort, or leave it\? \[p/a/l\] "
At = Callable[..., pexpect.spawn]


@pytest.fixture
def at_terminal(write: Callable[..., Path], state: Path) -> At:
    """Start a run at a terminal, up to its question."""

    def start(runbook: str = ASK, process: str = "ask") -> pexpect.spawn:
        program, *arguments = command("run", write(runbook), process, "--state", state)
        return pexpect.spawn(
            program, arguments, cwd=str(ROOT), encoding="utf-8", timeout=20, dimensions=(40, 120)
        )

    return start


def left(child: pexpect.spawn) -> int:
    child.expect(pexpect.EOF)
    child.close()
    return int(child.exitstatus)


def test_proceed_with_notes(at_terminal: At, state: Path) -> None:
    child = at_terminal()
    child.expect_exact("run-1 asks: May it go on?")
    child.expect(r"Is it \*\*needed\*\*, \w+\?")
    child.expect(PROMPT)
    child.sendline("what?")
    child.expect(PROMPT)
    child.sendline("P")
    child.expect(r"notes \(may be empty\): ")
    child.sendline("go on, ünd be quick")
    assert left(child) == 0
    assert output(state, "run-1") == "they said: go on, ünd be quick\n"


def test_abort(at_terminal: At, state: Path) -> None:
    child = at_terminal()
    child.expect(PROMPT)
    child.sendline("abort")
    child.expect(r"notes \(may be empty\): ")
    child.sendline("")
    assert left(child) == 1
    assert states(state) == {}


def test_a_failed_step_is_tried_again(at_terminal: At, state: Path) -> None:
    """I7: by letter, and what was said is read by later steps."""
    child = at_terminal(GUIDED, "guided")
    child.expect_exact("run-1 asks: Fail failed")
    child.expect(r"attempt 1 on one: exit code 3")
    child.expect_exact("retry, ignore, fail, or leave it? [r/i/f/l] ")
    child.sendline("p")
    child.expect_exact("retry, ignore, fail, or leave it? [r/i/f/l] ")
    child.sendline("r")
    child.expect(r"notes \(may be empty\): ")
    child.sendline("")
    assert left(child) == 0
    assert output(state, "run-1") == "broken\noctotui: attempt 2\nthey said: retry\n"


@pytest.mark.parametrize("keys", ["l\n", "\n", "\x04"])
def test_to_leave_it_leaves_the_run_paused(at_terminal: At, state: Path, keys: str) -> None:
    child = at_terminal()
    child.expect(PROMPT)
    child.send(keys)
    assert left(child) == 4
    assert states(state) == {"run-1": "paused"}


def test_who_may_not_answer_is_not_asked(at_terminal: At, state: Path) -> None:
    child = at_terminal(OTHERS, "others")
    child.expect_exact("octotui: only Others may answer")
    assert left(child) == 4
    assert "[p/a/l]" not in child.before
    assert states(state) == {"run-1": "paused"}


def test_an_interrupt_at_the_prompt_cancels_the_run(at_terminal: At, state: Path) -> None:
    child = at_terminal()
    child.expect(PROMPT)
    child.sendintr()
    child.expect_exact("octotui: cancelling")
    assert left(child) == 130
    assert states(state) == {}


def test_without_a_terminal_asking_is_not_possible(monkeypatch: pytest.MonkeyPatch) -> None:
    from octotui.cli.terminal.questions import TerminalQuestions

    assert not TerminalQuestions().possible
    monkeypatch.setattr(sys, "stdin", None)
    assert not TerminalQuestions().possible


def test_fields_are_asked_for_one_by_one(at_terminal: At, state: Path) -> None:
    """I6, V5: with what they may be, what is offered, and nothing seen of a sensitive one."""
    child = at_terminal(SIZED, "sized")
    child.expect_exact("to proceed, fill in Size, Ticket and Token")
    child.expect(PROMPT)
    child.sendline("p")
    child.expect_exact("Size (small, large) [small]: ")
    child.sendline("huge")
    child.expect_exact('Size must be one of "small", "large"')
    child.expect_exact("Size (small, large) [small]: ")
    child.sendline("")
    child.expect_exact("The number of the change.")
    child.expect_exact("Ticket [leaves the question]: ")
    child.sendline("CHG-7")
    child.expect_exact("Token [leaves the question]: ")
    child.sendline("hunter22")
    child.expect(r"notes \(may be empty\): ")
    assert "hunter22" not in child.before
    child.sendline("")
    assert left(child) == 0
    assert output(state, "run-1") == "small CHG-7 ********\n"


@pytest.mark.parametrize("keys", ["p\n\n\n", "p\n\n\x04"])
def test_a_field_left_empty_leaves_the_question(at_terminal: At, state: Path, keys: str) -> None:
    """I6: nothing was taken."""
    child = at_terminal(SIZED, "sized")
    child.expect(PROMPT)
    child.send(keys)
    assert left(child) == 4
    assert states(state) == {"run-1": "paused"}


def test_who_is_missing_is_said(at_terminal: At, state: Path) -> None:
    """I6: one of two has proceeded, and the run waits for the other."""
    child = at_terminal(ASK.replace('?" }', '?", approvals = 2, expires = "1h" }'))
    child.expect(r"0 of 2 approvals · expires in (1h00m|59m5\ds), then abort")
    child.expect(PROMPT)
    child.sendline("p")
    child.expect(r"notes \(may be empty\): ")
    child.sendline("")
    child.expect_exact("octotui: “May it go on?” has 1 of 2 approvals: another person must answer, too")
    assert left(child) == 4
    assert states(state) == {"run-1": "paused"}
