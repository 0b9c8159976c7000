"""Real servers of SSH on loopback, each a machine of its own: port, host key, home and connections."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
USER = getpass.getuser()
SEPARATION = Path("/run/sshd")  # where sshd of root wants an empty folder

needs_sshd = pytest.mark.skipif(
    SSHD is None or shutil.which("ssh-keygen") is None, reason="there is no sshd on this machine"
)


def make_key(path: Path, *options: str) -> Path:
    """Make a key pair with ssh-keygen."""
    quiet = ("-q", "-t", "ed25519", "-f", str(path))
    passphrase = () if "-N" in options else ("-N", "")
    subprocess.run(["ssh-keygen", *quiet, *passphrase, *options], check=True, stdin=subprocess.DEVNULL)
    return path


class Sshd:
    """A server that lets this account in by a key; a home of its own stands for another machine."""

    def __init__(self, folder: Path, key: Path, *lines: str, port: int | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir(exist_ok=True)
        self.port = port or free_port()
        self._lines = lines
        self._server: subprocess.Popen[bytes] | None = None
        self.host_key = folder / "host_key"
        if not self.host_key.exists():
            make_key(self.host_key)
        (folder / "authorized_keys").write_text(key.with_suffix(".pub").read_text())

    @property
    def endpoint(self) -> str:
        """The endpoint of a worker that is this machine."""
        return f"ssh://{USER}@127.0.0.1:{self.port}"

    def known_at(self, port: int) -> str:
        """Its line in a file of known hosts, where another port leads to it."""
        return self.known.replace(f":{self.port} ", f":{port} ")

    @property
    def known(self) -> str:
        """Its line in a file of known hosts."""
        algorithm, data, *_ = self.host_key.with_suffix(".pub").read_text().split()
        return f"[127.0.0.1]:{self.port} {algorithm} {data}\n"

    def start(self) -> "Sshd":
        """Start it, and wait until it listens."""
        assert SSHD is not None
        if os.geteuid() == 0:
            SEPARATION.mkdir(mode=0o755, exist_ok=True)
        config = self.folder / "sshd_config"
        config.write_text("\n".join((*self._lines, *self._common())) + "\n")
        with (self.folder / "log").open("ab") as log:
            command = [SSHD, "-D", "-e", "-f", str(config)]
            self._server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + 20
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as probe:
                if probe.recv(3) == b"SSH":
                    return self
            assert self._server.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < end, (self.folder / "log").read_text()
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop to listen, and cut all connections; what runs in them goes on."""
        self.cut()
        if self._server is not None:
            self._server.terminate()
            self._server.wait(20)
            self._server = None
        self.cut()

    def cut(self) -> None:
        """Kill the processes of all connections."""
        for process in self.sessions():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def pause(self) -> None:
        """Stop the processes of all connections, so that they say nothing more; `cut` ends them, too."""
        for process in self.sessions():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGSTOP)

    def sessions(self) -> list[int]:
        """Return the processes of sshd that serve connections, innermost first."""
        if self._server is None:
            return []
        found, level = [], [self._server.pid]
        while level:
            level = [child for parent in level for child in _children(parent) if _is_sshd(child)]
            found = [*level, *found]
        return found

    def _common(self) -> Sequence[str]:
        return (
            f"Port {self.port}",
            "ListenAddress 127.0.0.1",
            f"HostKey {self.host_key}",
            f"AuthorizedKeysFile {self.folder}/authorized_keys",
            f"PidFile {self.folder}/pid",
            f"SetEnv HOME={self.home}",
            "StrictModes no",
            "PermitRootLogin yes",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "UsePAM no",
            "MaxStartups 100",
            "PrintMotd no",
            "LogLevel VERBOSE",
        )


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _children(parent: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(status.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(status.parent.name))
    return found


def _is_sshd(process: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{process}/comm").read_text().startswith("sshd")
    return False


class Login:
    """The account of this machine as ssh sees it: its home with keys, known hosts and configuration."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / ".ssh"
        self.folder.mkdir(parents=True, mode=0o700)
        self.key = make_key(self.folder / "id_ed25519")

    def knows(self, *servers: Sshd) -> None:
        """Have these servers known."""
        with (self.folder / "known_hosts").open("a") as file:
            file.writelines(each.known for each in servers)

    def knows_at(self, server: Sshd, port: int) -> None:
        """Have a server known at another port, which leads to it."""
        with (self.folder / "known_hosts").open("a") as file:
            file.write(server.known_at(port))

    def config(self, text: str) -> None:
        """Write ~/.ssh/config."""
        (self.folder / "config").write_text(text)


@pytest.fixture
def login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Login:
    """A home of its own for ssh and octotui, without an agent."""
    home = tmp_path / "account"
    made = Login(home)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return made


MakeSshd = Callable[..., Sshd]


@pytest.fixture
def make_sshd(tmp_path: Path, login: Login) -> Iterator[MakeSshd]:
    """Make servers that the account knows and may log in to, with further lines of configuration."""
    made: list[Sshd] = []

    def make(*lines: str, name: str = "machine", prepare: Callable[[Sshd], None] | None = None) -> Sshd:
        server = Sshd(tmp_path / name, login.key, *lines)
        if prepare is not None:
            prepare(server)
        made.append(server)
        login.knows(server.start())
        return server

    yield make
    for server in made:
        server.stop()


@pytest.fixture
def sshd(make_sshd: MakeSshd) -> Sshd:
    """A server that the account knows and may log in to."""
    return make_sshd()
