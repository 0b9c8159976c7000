"""The record of a workspace, in complete lines: the resume record, then the supervisor's lines.

A record is append-only: on a busy disk, truncating or renaming files costs more than starting a job.
Earlier versions reused a folder for several attempts; the last resume record names its owner. The script can
write to it as well, so a record is trusted only if a supervisor could have written it: each line once, in
order, with a possible number.
"""

import re

import msgspec

SIGNALS = 128  # a shell adds this to the number of the signal that killed a program
LARGEST = 1 << 26  # bytes of a record: more than any resume record needs
REST = 1 << 16  # bytes after the resume record: a few lines

OVERWRITTEN = "the record in its workspace was emptied or replaced, and it is unknown how far it got"
RUNS_ON = "the record in its workspace was emptied or replaced, so it cannot be followed; it still runs in"

BEGUN = b"begun"

_PID = re.compile(rb"[1-9]\d{0,6}")
_EXIT = re.compile(rb"0|[1-9]\d{0,2}")
_LAST_PID = 1 << 22  # the largest pid of Linux
_LAST_EXIT = 255


class WorkspaceRecord(msgspec.Struct, frozen=True):
    """The record of the last attempt: its name, resume record, leader's pid, and exit code.

    A `damaged` one has lines that no supervisor writes: the state of the attempt is unknown.
    """

    name: str = ""
    resume: str = ""
    pid: int | None = None
    code: int | None = None  # negative: the number of the signal that killed the script
    damaged: bool = False
    begun: bool = False  # by an agent, which keeps the rest in a record of its own


def agent_lines(name: str, resume: str) -> bytes:
    """Return the record of an attempt that an agent begins."""
    return resume_line(name, resume) + BEGUN + b"\n"


def resume_line(name: str, resume: str) -> bytes:
    """Return the first line of an attempt's record."""
    return f"memo {name} {resume}\n".encode()


def read(body: bytes) -> WorkspaceRecord:
    """Parse the record of the last attempt; an incomplete last line is ignored."""
    whole = body[: body.rfind(b"\n") + 1]
    head, _, rest = whole[whole.rfind(b"\nmemo ") + 1 :].partition(b"\n")
    if not head.startswith(b"memo "):
        return WorkspaceRecord(damaged=bool(whole))
    name, _, resume = head.removeprefix(b"memo ").partition(b" ")
    pid, code, damaged = _supervisor(rest)
    begun = rest.startswith(BEGUN + b"\n")
    words = name.decode(errors="replace"), resume.decode(errors="replace")
    return WorkspaceRecord(*words, pid, code, damaged, begun)


def _supervisor(lines: bytes) -> tuple[int | None, int | None, bool]:
    """Parse the supervisor's lines: the leader's pid, the exit code, and whether they are damaged.

    Its shell may print a message about a signal between the two lines.
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
    """Parse a pid, or return None for an impossible one."""
    number = int(digits) if _PID.fullmatch(digits) else 0
    return number if 0 < number <= _LAST_PID else None


def exit_code(digits: bytes) -> int | None:
    """Parse an exit code of a shell, or return None for an impossible one."""
    code = int(digits) if _EXIT.fullmatch(digits) else _LAST_EXIT + 1
    return code if code <= _LAST_EXIT else None


def named_signal(code: int, *, reported: bool) -> int:
    """Convert a code to a negative signal number if the shell `reported` one; `exit 137` is no signal."""
    return SIGNALS - code if reported and code > SIGNALS else code
