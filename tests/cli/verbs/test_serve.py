"""The server of a space as a process: signals, two at once, other accounts of the machine."""

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from octotui.runtime.open_space import state_on_disk
from octotui.store.space_folder import space_folder
from tests.cli.conftest import ASK, HEAD, OK, ROOT, Call, command
from tests.cli.verbs.test_run import wait_for
from tests.servers import end_servers, holder

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another account, too")
NOBODY = 65534


@contextmanager
def serving(model: Path, state: Path) -> Iterator["subprocess.Popen[str]"]:
    """A server in the foreground, ready for clients."""
    with subprocess.Popen(
        command("serve", model, "--state", state),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            wait_for((state / "small" / "socket").exists)
            yield server
        finally:
            server.kill()


ENDS = {signal.SIGTERM: "received SIGTERM", signal.SIGINT: "was interrupted"}


@pytest.mark.parametrize("number", ENDS)
def test_a_signal_ends_it_in_order(write: Call, state: Path, number: int) -> None:
    with serving(write(OK), state) as server:
        server.send_signal(number)
        out, err = server.communicate(timeout=10)
        assert (server.returncode, err) == (0, "")
    assert "serving Small as process" in out
    assert f"the server of Small ends: it {ENDS[number]}" in out
    assert not (state / "small" / "socket").exists()


def test_a_hang_up_has_it_read_its_model_and_a_stop_signal_stops_nothing(
    octotui: Call, write: Call, state: Path
) -> None:
    model = write(OK)
    with serving(model, state) as server:
        server.send_signal(signal.SIGTSTP)
        write(OK + ASK)
        server.send_signal(signal.SIGHUP)
        wait_for(lambda: "ask" in state_on_disk(space_folder("small", state)).model.runbooks)
        assert octotui("run", model, "ok", "--state", state).code == 0
        assert server.poll() is None


def test_a_hang_up_with_a_broken_model_is_told_in_its_own_output_and_when_it_is_well_again(
    write: Call, state: Path
) -> None:
    model = write(OK)
    with serving(model, state) as server:
        for text, told in (("[nonsense]\n", "the model has errors and was not loaded: "), (OK, "well again")):
            write(text)
            server.send_signal(signal.SIGHUP)
            assert server.stdout is not None
            lines = iter(server.stdout.readline, "")
            assert any(told in line for line in lines)


def test_of_two_that_start_at_once_one_serves_and_the_other_says_so(write: Call, state: Path) -> None:
    call = command("serve", write(OK), "--state", state)
    both = [
        subprocess.Popen(call, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    try:
        wait_for(lambda: any(each.poll() is not None for each in both))
        (loser,) = [each for each in both if each.poll() is not None]
        (winner,) = [each for each in both if each is not loser]
        _, err = loser.communicate()
        assert loser.returncode == 1
        assert f"is in use by another octotui (process {winner.pid})" in err
        assert winner.poll() is None
    finally:
        for each in both:
            each.terminate()
            each.communicate(timeout=10)


def test_two_clients_that_start_one_at_once_have_the_same(write: Call, state: Path) -> None:
    call = command("run", write(OK), "ok", "--detach", "--state", state)
    both = [subprocess.Popen(call, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = sorted(each.communicate(timeout=30)[0].split()[0] for each in both)
    assert [each.returncode for each in both] == [0, 0]
    assert said == ["run-1", "run-2"]


def test_after_kill_9_the_next_one_takes_its_place(octotui: Call, write: Call, state: Path) -> None:
    model = write(ASK)
    with serving(model, state) as server:
        assert octotui("run", model, "ask", "--detach", "--state", state).code == 0
        wait_for(lambda: state_on_disk(space_folder("small", state)).asking)
        server.kill()
        server.wait()
    assert (state / "small" / "socket").exists()
    assert octotui("proceed", model, "run-1", "--state", state).code == 0
    assert octotui("wait", model, "run-1", "--state", state).code == 0


def test_it_serves_though_who_wanted_it_was_killed_meanwhile(write: Call, state: Path) -> None:
    listening, saying = os.pipe()
    os.close(listening)
    call = command("serve", write(ASK), "--state", state, "--ready", saying)
    with subprocess.Popen(call, cwd=ROOT, stdout=subprocess.PIPE, text=True, pass_fds=(saying,)) as server:
        os.close(saying)
        wait_for((state / "small" / "socket").exists)
        server.send_signal(signal.SIGTERM)
        out, _ = server.communicate(timeout=10)
    assert "the server of Small ends: it received SIGTERM" in out
    assert server.returncode == 0


def test_one_that_cannot_start_says_why_to_who_wanted_it(octotui: Call, write: Call, state: Path) -> None:
    model = write(OK)
    (state / "small").mkdir(parents=True)
    with closing(sqlite3.connect(state / "small" / "journal.sqlite")) as database:
        database.execute("PRAGMA user_version = 99")
    said = octotui("run", model, "ok", "--detach", "--state", state)
    assert said.code == 1
    assert f"{state}/small/journal.sqlite was written by a newer octotui" in said.err
    model.write_text(model.read_text() + "[nonsense]\n")
    said = octotui("cancel", model, "run-1", "--state", state)
    assert said.code == 1
    assert said.err.endswith("server.log\n")


@ROOT_ONLY
class TestOtherAccounts:
    def call(self, *arguments: object) -> "subprocess.CompletedProcess[str]":
        """The program as an account that owns nothing here."""
        return subprocess.run(
            [sys.executable, "-c", AS_NOBODY, *map(str, arguments)],
            cwd=ROOT,
            env={**os.environ, "LOGNAME": "root", "USER": "root"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def test_one_that_was_not_let_in_cannot_connect(self, write: Call, open_state: Path) -> None:
        with serving(write(OK), open_state):
            said = self.call("cancel", open_state / "small", "run-1")
            assert said.returncode != 0
            assert "run-1" not in said.stdout

    def test_one_of_a_group_may_do_what_it_has_the_right_to(
        self, octotui: Call, write: Call, open_state: Path
    ) -> None:
        """I8: who somebody is is what the kernel says, whatever LOGNAME claims."""
        import grp

        group = grp.getgrgid(NOBODY).gr_name
        head = f'[access]\ngroup = "{group}"\nanswer = ["nobody"]\n'
        model = write(ASK, head=head)
        with serving(model, open_state):
            assert octotui("run", model, "ask", "--detach", "--state", open_state).code == 0
            wait_for(lambda: state_on_disk(space_folder("small", open_state)).asking)
            refused = self.call("cancel", "Small", "run-1", "--state", open_state)
            assert refused.returncode == 2
            assert "nobody may not start, cancel or move runs here" in refused.stderr
            answered = self.call("proceed", "Small", "run-1", "--notes", "fine", "--state", open_state)
            assert (answered.returncode, answered.stderr) == (0, "")
            assert "nobody answers “May it go on?” with proceed" in answered.stdout
            told = octotui("events", model, "--state", open_state).out
            assert "nobody was refused to cancel run-1" in told
            log = self.call("logs", "Small", "run-1", "-f", "--state", open_state)
            assert (log.stdout, log.stderr) == ("After | they said: fine\n", "")

    def test_a_state_directory_that_is_read_only_is_told(self, open_state: Path) -> None:
        model, locked = open_state / "model.toml", open_state / "locked"
        model.write_text(HEAD + OK)
        locked.mkdir(0o555)
        said = self.call("run", model, "ok", "--state", locked)
        assert said.returncode == 1
        assert said.stderr == f"octotui: {locked}/small cannot be used: Permission denied\n"

    def test_i9_a_space_of_another_account_is_opened_when_its_owner_is_named(
        self, octotui: Call, open_state: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        model, theirs = open_state / "model.toml", open_state / "theirs"
        model.write_text(HEAD + '[access]\nstart = ["root"]\n' + ASK)
        theirs.mkdir(0o711)
        os.chown(theirs, NOBODY, -1)
        space = theirs / "small"
        with self.another_serves(model, theirs):
            for words in (
                ("cancel", "Small", "run-1", "--state", theirs),
                ("runs", "Small", "--state", theirs),
                ("attach", space, "--plain"),
                ("events", space),
                ("audit", model, "--state", theirs),
                ("backup", model, open_state / "copy", "--state", theirs),
                ("export", model, "run-1", "--state", theirs),
                ("plan", model, "ask", "--state", theirs),
                ("run", model, "ask", "--state", theirs),
                ("restore", model, "--state", theirs),
            ):
                said = octotui(*words)
                assert said.code in (1, 2), words
                assert said.out == ""
                assert said.err.startswith(
                    f"octotui: {theirs} belongs to nobody, and only folders of your own"
                )
                assert "say --owner nobody if you trust nobody, or another folder with --state" in said.err
            named = octotui("cancel", space, "run-7", "--owner", "nobody")
            assert named.err == UNKNOWN
            assert octotui("cancel", space, "run-7").code == 1, "it was named for one call"
            monkeypatch.setenv("OCTOTUI_OWNER", f"root {NOBODY}")
            assert octotui("cancel", space, "run-7").err == UNKNOWN
            assert octotui("runs", space).code == 0
        said = octotui("run", model, "ask", "--state", theirs)
        assert said.err == (
            f"octotui: {space} cannot be used: it belongs to nobody, and only nobody can open its space\n"
        )
        assert octotui("runs", space, "--owner", "no-such-account").code == 2
        for each in sorted(theirs.rglob("*"), reverse=True):
            each.rmdir() if each.is_dir() else each.unlink()
        started = octotui("run", model, "ask", "--detach", "--state", theirs, "--owner", "nobody")
        assert (started.code, started.out) == (0, "run-1\n"), (
            "a server that is started for it trusts whom we trust"
        )
        end_servers(theirs)

    @contextmanager
    def another_serves(self, model: Path, state: Path) -> Iterator[None]:
        """A server that runs as an account which owns nothing else."""
        with subprocess.Popen(
            [sys.executable, "-c", AS_NOBODY, "serve", str(model), "--state", str(state)],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        ) as server:
            try:
                wait_for((state / "small" / "socket").exists)
                yield
            finally:
                server.terminate()

    @pytest.mark.parametrize("verb", ["run", "open", "serve", "wait", "runs"])
    def test_i9_nothing_is_made_where_a_stranger_put_a_folder(
        self, octotui: Call, write: Call, open_state: Path, verb: str
    ) -> None:
        strange = open_state / "strange"
        for each in (strange, strange / "small"):
            each.mkdir()
            os.chown(each, 54321, -1)
        os.mkfifo(strange / "small" / "lock")
        (strange / "small" / "server.log").symlink_to(open_state / "precious")
        words = {"run": ("ok",), "wait": ("run-1",), "open": ("--plain",)}.get(verb, ())
        said = octotui(verb, write(OK), *words, "--state", strange)
        assert said.code == 1
        assert f"{strange} belongs to 54321" in said.err
        assert sorted(each.name for each in strange.rglob("*")) == ["lock", "server.log", "small"]
        assert not (open_state / "precious").exists()

    def test_i9_one_of_a_group_attaches_by_the_folder(self, write: Call, open_state: Path) -> None:
        import grp

        head = f'[access]\ngroup = "{grp.getgrgid(NOBODY).gr_name}"\nread = ["nobody"]\n'
        with serving(write(OK, head=head), open_state):
            said = self.call("runs", open_state / "small")
            assert (said.returncode, said.stderr) == (0, "")

    def test_one_that_was_not_let_in_is_told_so(self, write: Call, open_state: Path) -> None:
        with serving(write(OK), open_state):
            for words in (("runs", open_state / "small"), ("runs", "Small", "--state", open_state)):
                said = self.call(*words)
                assert said.returncode == 1
                assert said.stderr.startswith(f"octotui: {open_state}/small cannot be used: ")
                assert said.stderr.count("\n") == 1
            said = self.call("runs", "Other", "--state", open_state)
            assert said.stderr == "octotui: there is no model Other, and no space of that name\n"

    def test_r6_one_of_a_group_without_rights_costs_neither_disk_nor_time(
        self, octotui: Call, write: Call, open_state: Path
    ) -> None:
        """A flood of connections from an account that may not even read, while others go on."""
        import grp

        head = f'[access]\ngroup = "{grp.getgrgid(NOBODY).gr_name}"\nread = ["root"]\n'
        model, space = write(OK, head=head), open_state / "small"
        with serving(model, open_state):
            with subprocess.Popen([sys.executable, "-c", FLOOD, str(space / "socket")]) as flood:
                for _ in range(3):
                    begun = time.monotonic()
                    assert octotui("run", model, "ok", "--detach", "--state", open_state).code == 0
                    assert time.monotonic() - begun < 10
                flood.wait()
            told = octotui("events", model, "--state", open_state).out
            assert 1 <= told.count("nobody was refused to connect to small") <= 20
            assert sum(each.stat().st_size for each in space.rglob("*") if each.is_file()) < 2_000_000
        assert (space / "server.log").exists() is False, "it is in the foreground"

    @pytest.fixture
    def open_state(self) -> Iterator[Path]:
        """A state directory that others can reach, though not what is in its spaces."""
        with tempfile.TemporaryDirectory() as folder:
            Path(folder).chmod(0o711)
            yield Path(folder)
            end_servers(Path(folder))


UNKNOWN = "octotui: run-7 cannot be cancelled: it has ended, or there is no such run\n"
FLOOD = """
import os, socket, sys, time
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
held, end = [], time.monotonic() + 3
while time.monotonic() < end:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(1)
    try:
        connection.connect(sys.argv[1])
        if len(held) % 3:
            connection.sendall(b'{"type":"Hello","version":1}\\n')
        held.append(connection)
    except OSError:
        pass
    if len(held) > 100:
        held.pop(0).close()
"""
AS_NOBODY = """
import difflib, encodings.utf_8_sig, importlib, os, pathlib, rich.cells, sys
import octotui.cli.main
for file in pathlib.Path("octotui").rglob("[a-z]*.py"):
    if file.parts[1] != "ui" and "helpers" not in file.parts:
        importlib.import_module(".".join(file.with_suffix("").parts))
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
octotui.cli.main.cli()
"""


def test_the_server_outlives_the_terminal_that_started_it(write: Call, state: Path) -> None:
    """A run belongs to the space: the terminal is closed, and its run goes on."""
    slow = OK.replace("script = '", "script = 'sleep 0.5; ")
    main, other = os.openpty()
    call = command("events", write(slow), "-f", "--state", state)
    with subprocess.Popen(
        [sys.executable, "-c", TERMINAL, *call], cwd=ROOT, stdin=other, stdout=other, stderr=other
    ):
        wait_for((state / "small" / "socket").exists)
        server = holder(state / "small")
        subprocess.run(command("run", write(slow), "ok", "--detach", "--state", state), cwd=ROOT, check=True)
        os.close(other)
        os.close(main)
    wait_for(lambda: not state_on_disk(space_folder("small", state)).families)
    time.sleep(0.1)
    assert holder(state / "small") == server != 0


TERMINAL = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
