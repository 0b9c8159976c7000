"""The template sql-script, against a SQLite file and a real PostgreSQL server."""

import os
import pwd
import shutil
import socket
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.templates.conftest import Done, Run

pytestmark = pytest.mark.xdist_group("postgres")  # one server for all

CREATE = """
-- a trigger has semicolons; so has this line
create table kraken (id integer primary key, name text);
create table log (what text);
create trigger told after insert on kraken begin
  insert into log values ('new; ' || new.name);
end;
insert into kraken (name) values ('O''Brien; "the" #{Who}'), (null);
select id, name from kraken order by id;
select what from log where what is not null
"""


def rows(database: Path, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(database) as connection:
        found = connection.execute(query).fetchall()
    connection.close()
    return found


def test_sqlite_runs_all_statements_and_gives_their_rows(run: Run, tmp_path: Path) -> None:
    """S1, V7."""
    database = tmp_path / "kraken.db"
    done = run("sql-script", {"Who": "größte"}, Name=str(database), Script=CREATE)
    name = 'O\'Brien; "the" größte'
    assert (done.state, done.reason) == ("succeeded", "")
    assert done.outputs == {"Result": f"1\t{name}\n2\t\nnew; {name}"}
    assert rows(database, "select name from kraken") == [(name,), (None,)]


def test_sqlite_keeps_nothing_of_a_script_that_fails(run: Run, tmp_path: Path) -> None:
    database = tmp_path / "kraken.db"
    script = "create table a (x);\n\ninsert into a values (1);\ninsert into b values (2);\n"
    done = run("sql-script", None, Name=str(database), Script=script)
    assert (done.state, done.reason) == ("failed", "The statement in line 4 failed: no such table: b.")
    assert rows(database, "select * from sqlite_master") == []
    run("sql-script", None, Name=str(database), Script=script, Transaction=False)
    assert rows(database, "select x from a") == [(1,)]


def test_a_script_in_a_file_is_taken_as_it_is(run: Run, tmp_path: Path) -> None:
    (tmp_path / "change.sql").write_text("select '#{Who}';", encoding="utf-8")
    done = run("sql-script", {"Who": "x"}, Name=":memory:", File=f"{tmp_path}/change.sql")
    assert done.outputs == {"Result": "#{Who}"}


def test_many_rows_are_cut_and_that_is_a_warning(run: Run) -> None:
    script = (
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 30000) select i from n;"
    )
    done = run("sql-script", None, Name=":memory:", Script=script)
    assert (done.state, len(done.outputs["Result"])) == ("succeeded-with-warnings", 100_000)


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        (
            {"Name": "/no/such/db", "Script": "select 1"},
            "The database cannot be used: unable to open database file.",
        ),
        ({"Name": ":memory:"}, "Say either the script or its file."),
        ({"Name": ":memory:", "File": "/no/such"}, "Cannot read /no/such: No such file or directory."),
    ],
)
def test_what_cannot_work_is_told_in_a_sentence(run: Run, parameters: dict[str, str], reason: str) -> None:
    done = run("sql-script", None, **parameters)
    assert (done.state, done.reason, done.log) == ("failed", reason, "")


def program(name: str) -> str:
    """A program of PostgreSQL, which Debian keeps off the PATH."""
    kept = sorted(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")))
    return shutil.which(name) or (kept[-1] if kept else "")


class Postgres:
    """A cluster of its own on a free port; root may not run one, and so somebody else does."""

    password = "correct horse"

    def __init__(self, folder: Path) -> None:
        self._user = None if os.getuid() else pwd.getpwnam("nobody").pw_name
        self._folder = folder
        if self._user:
            shutil.chown(folder, self._user)
        (folder / "password").write_text(self.password, encoding="utf-8")
        self._run(
            "initdb", "--auth=scram-sha-256", "--username=ann", f"--pwfile={folder}/password", "--no-sync"
        )
        for last in (False, False, True):
            try:
                self.port = self._start()
                break
            except subprocess.CalledProcessError:  # somebody took the port
                if last:
                    raise

    def _start(self) -> int:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port: int = free.getsockname()[1]
        listen = f"-c listen_addresses=127.0.0.1 -c port={port} -c fsync=off -c unix_socket_directories="
        self._run("pg_ctl", "start", "--wait", f"--log={self._folder}/log", f"--options={listen}")
        return port

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "--mode=immediate")

    def _run(self, name: str, *arguments: str) -> None:
        command = [program(name), f"--pgdata={self._folder}/data", *arguments]
        subprocess.run(command, user=self._user, cwd="/", check=True, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """A server; the folders of pytest are closed to others, so that it lives elsewhere."""
    if not program("initdb"):
        pytest.skip("PostgreSQL is not on this machine")
    with tempfile.TemporaryDirectory(prefix="octotui-postgres-") as folder:
        server = Postgres(Path(folder))
        yield server
        server.stop()


def psql(
    run: Run, postgres: Postgres, script: str, password: str = Postgres.password, **more: object
) -> Done:
    where = {"Database": "PostgreSQL", "Server": "127.0.0.1", "Port": postgres.port, "Name": "postgres"}
    said = {"User": "ann", "Password": "#{Secret}", "Script": script}
    return run("sql-script", {"Secret": password}, **where | said | more)


def test_postgresql_runs_all_statements_and_gives_their_rows(run: Run, postgres: Postgres) -> None:
    script = "create table one (id int, name text); insert into one values (1, 'grün'), (2, null); table one;"
    done = psql(run, postgres, script)
    assert (done.state, done.reason, done.outputs) == ("succeeded", "", {"Result": "1\tgrün\n2\t"})
    assert Postgres.password not in done.log


def test_postgresql_keeps_nothing_of_a_script_that_fails(run: Run, postgres: Postgres) -> None:
    done = psql(run, postgres, "create table two (id int);\ninsert into nowhere values (1);")
    assert done.state == "failed"
    assert done.reason.startswith(
        'The script failed: psql:<stdin>:2: ERROR:  relation "nowhere" does not exist'
    )
    assert psql(run, postgres, "select to_regclass('two') is null").outputs == {"Result": "t"}
    assert psql(run, postgres, "vacuum", Transaction=False).state == "succeeded"


def test_postgresql_wants_the_right_password(run: Run, postgres: Postgres) -> None:
    done = psql(run, postgres, "select 1", password="battery staple")
    assert (done.state, "password authentication failed" in done.reason) == ("failed", True)
    assert "battery staple" not in done.reason + done.log
