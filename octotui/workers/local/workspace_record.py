"""What is recorded of the attempts in a workspace, in whole lines: the resume record, then the supervisor's.

A record is only appended to: on a busy disk, cutting or renaming files costs more than starting a job.
Earlier versions gave a folder to one attempt after another; whose it is says the last resume. The script can
write to it as well, so that nothing in it is believed that a supervisor does not write: each line once, in
its order, with a number that can be one.
"""

import re

import msgspec

SIGNALS = 128  # a shell adds this to the number of the signal that has killed a program
LARGEST = 1 << 26  # bytes of a record: more than the environment that its resume was made for
REST = 1 << 16  # bytes behind the resume: a few lines

_PID = re.compile(rb"[1-9]\d{0,6}")
_EXIT = re.compile(rb"0|[1-9]\d{0,2}")
_LAST_PID = 1 << 22  # what Linux counts to at most
_LAST_EXIT = 255


class WorkspaceRecord(msgspec.Struct, frozen=True):
    """How far the last attempt has come: its name, what we have noted, its leader, and how it ended.

    A `damaged` one says what no supervisor writes: how the attempt stands is not known.
    """

    name: str = ""
    resume: str = ""
    pid: int | None = None
    code: int | None = None  # negative: the number of the signal that has killed the script
    damaged: bool = False


def resume_line(name: str, resume: str) -> bytes:
    """The line that begins an attempt."""
    return f"memo {name} {resume}\n".encode()


def read(body: bytes) -> WorkspaceRecord:
    """The record of the last attempt; what stands behind the last line end is not there yet."""
    whole = body[: body.rfind(b"\n") + 1]
    head, _, rest = whole[whole.rfind(b"\nmemo ") + 1 :].partition(b"\n")
    if not head.startswith(b"memo "):
        return WorkspaceRecord(damaged=bool(whole))
    name, _, resume = head.removeprefix(b"memo ").partition(b" ")
    pid, code, damaged = _supervisor(rest)
    return WorkspaceRecord(name.decode(errors="replace"), resume.decode(errors="replace"), pid, code, damaged)


def _supervisor(lines: bytes) -> tuple[int | None, int | None, bool]:
    """The leader and the exit code in what the supervisor has written, and whether it cannot have.

    Between its two lines stands what its shell says.
    """
    if len(lines) > REST:
        return None, None, True
    pid = code = None
    reported = False
    for line in lines.split(b"\n"):
        key, _, number = line.partition(b" ")
        if key == b"pid":
            if pid is not None or code is not None or (pid := process_number(number)) is None:
                return pid, code, True
            reported = False
        elif key == b"exit":
            if pid is None or code is not None or (code := exit_code(number)) is None:
                return pid, code, True
            code = named_signal(code, reported=reported)
        else:
            reported = reported or bool(line)
    return pid, code, False


def process_number(digits: bytes) -> int | None:
    """The number of a process, or None where none has it."""
    number = int(digits) if _PID.fullmatch(digits) else 0
    return number if 0 < number <= _LAST_PID else None


def exit_code(digits: bytes) -> int | None:
    """The code that a shell gives, or None where it gives no such."""
    code = int(digits) if _EXIT.fullmatch(digits) else _LAST_EXIT + 1
    return code if code <= _LAST_EXIT else None


def named_signal(code: int, *, reported: bool) -> int:
    """Was it a signal? A script may exit with 137 itself, but then its shell has nothing to say."""
    return SIGNALS - code if reported and code > SIGNALS else code
