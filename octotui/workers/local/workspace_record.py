"""What is recorded of the attempts in a workspace, in whole lines: the resume record, then the supervisor's.

A record is only appended to, also by the next attempt in the same folder: on a busy disk, cutting or renaming
files costs more than starting a job. Whose it is says the last resume.
"""

import msgspec

SIGNALS = 128  # a shell adds this to the number of the signal that has killed a program


class WorkspaceRecord(msgspec.Struct, frozen=True):
    """How far the last attempt has come: its name, what we have noted, its leader, and how it ended."""

    name: str = ""
    resume: str = ""
    pid: int | None = None
    code: int | None = None  # negative: the number of the signal that has killed the script


def resume_line(name: str, resume: str) -> bytes:
    """The line that begins an attempt."""
    return f"memo {name} {resume}\n".encode()


def read(body: bytes) -> WorkspaceRecord:
    """The record of the last attempt; what stands behind the last line end is not there yet."""
    name = resume = b""
    pid = code = None
    reported = False
    for line in body[: body.rfind(b"\n") + 1].splitlines():
        key, _, rest = line.partition(b" ")
        if key == b"memo":
            name, _, resume = rest.partition(b" ")
            pid = code = None
            reported = False
        elif key == b"pid" and rest.isdigit():
            pid, reported = int(rest), False
        elif key == b"exit" and rest.isdigit():
            code = _code(int(rest), reported)
        else:
            reported = True
    return WorkspaceRecord(name.decode(errors="replace"), resume.decode(errors="replace"), pid, code)


def _code(code: int, reported: bool) -> int:
    """Was it a signal? A script may exit with 137 itself, but then its shell has nothing to say."""
    return SIGNALS - code if reported and code > SIGNALS else code
