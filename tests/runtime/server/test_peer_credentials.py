"""Who is at the other end of a socket."""

import os
import socket
import subprocess
import sys

import pytest

from octotui.runtime.server.peer_credentials import account_name, origin_of, peer_of, this_account


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


def test_a_process_that_is_gone_has_no_terminal() -> None:
    assert origin_of(2**22 + 1) == f"process {2**22 + 1}"
