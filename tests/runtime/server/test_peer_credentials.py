"""Who is at the other end of a socket."""

import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from octotui.runtime.server.peer_credentials import account_name, origin_of, peer_ids, peer_of, this_account


def test_the_kernel_says_who_connected() -> None:
    """I6: by SO_PEERCRED."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        peer = peer_of(ours)
    assert (peer.uid, peer.user) == (os.geteuid(), this_account())
    assert peer.origin.startswith(f"process {os.getpid()}")


def test_an_account_without_a_name_is_its_number() -> None:
    assert account_name(987654321) == "987654321"


def test_names_that_the_environment_claims_count_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = this_account()
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    assert this_account() == before


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says which terminal a process has")
def test_the_terminal_of_a_process_is_named() -> None:
    main, other = os.openpty()
    try:
        name = os.ttyname(other).removeprefix("/dev/")
        code = "import fcntl, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); print('on', flush=True); "
        code += "sys.stdin.read()"
        child = subprocess.Popen(
            [sys.executable, "-c", code], stdin=other, stdout=subprocess.PIPE, start_new_session=True
        )
        assert child.stdout is not None
        assert child.stdout.readline() == b"on\n"
        assert origin_of(child.pid) == f"process {child.pid} on {name}"
        child.kill()
        child.communicate()
    finally:
        os.close(main)
        os.close(other)


@pytest.mark.parametrize(
    ("major", "minor", "terminal"),
    [
        (136, 3, "pts/3"),
        (137, 4, "pts/260"),
        (143, 255, "pts/2047"),
        (135, 0, ""),
        (144, 0, ""),
        (4, 1, "tty1"),
        (4, 0, ""),
        (5, 1, ""),
        (0, 0, ""),
    ],
)
def test_a_terminal_is_named_by_its_numbers(
    monkeypatch: pytest.MonkeyPatch, major: int, minor: int, terminal: str
) -> None:
    stat = f"7 (a) b ) S 1 7 7 {os.makedev(major, minor)} 7 0 0".encode()
    monkeypatch.setattr(Path, "read_bytes", lambda path: {Path("/proc/7/stat"): stat}[path])
    assert origin_of(7) == (f"process 7 on {terminal}" if terminal else "process 7")


def test_i6_the_kernel_of_macos_says_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """By LOCAL_PEERCRED, whose second number is the account, and LOCAL_PEERPID."""

    class Connection:
        def getsockopt(self, level: int, name: int, size: int = 0) -> int | bytes:
            return {(0, 1, 8): struct.pack("2I", 0, 501), (0, 2, 0): 4711}[level, name, size]

    monkeypatch.setattr(sys, "platform", "darwin")
    assert peer_ids(Connection()) == (501, 4711)  # type: ignore[arg-type]


def test_a_process_that_is_gone_has_no_terminal() -> None:
    assert origin_of(2**22 + 1) == f"process {2**22 + 1}"
