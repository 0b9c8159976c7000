"""M2: one file of plain Python, which the oldest Python that it promises runs as well."""

import ast
import io
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from octotui.workers import agent_program
from octotui.workers.agent_program import FOLDER, archive, sources, version
from octotui.workers.local.agents import starter as agent_starter
from octotui.workers.local.agents.executor import AgentExecutor
from tests.workers.agents import end_agents
from tests.workers.jobs import result, work

OLD = [*sorted(Path.home().glob(".pyenv/versions/3.*/bin/python3")), Path(sys.executable)]
PYTHONS = [str(each) for each in OLD if "/3.6" not in str(each) and "/3.7" not in str(each)]


def test_equal_sources_make_equal_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    first = archive()
    monkeypatch.setattr("time.localtime", lambda *_: (2030, 1, 1, 0, 0, 0, 0, 0, 0))
    assert archive() == first
    assert sorted(zipfile.ZipFile(io.BytesIO(first)).namelist()) == sorted(sources())
    assert len(version()) == 16


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.py")), ids=lambda path: str(path.relative_to(FOLDER)))
def test_a_module_is_python_3_8_and_needs_the_standard_library_alone(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(), feature_version=(3, 8))):
        names = []
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            own = name.startswith("octotui.workers.agent")
            assert own or name.partition(".")[0] in sys.stdlib_module_names, name


@pytest.mark.parametrize("python", PYTHONS)
async def test_any_python_from_3_8_on_runs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, python: str
) -> None:
    monkeypatch.setattr(agent_starter.sys, "executable", python)
    executor = AgentExecutor(tmp_path / "agent")
    outcome, output = await result(executor, work(tmp_path, "tr '\\0' ' ' </proc/$PPID/cmdline; exit 3"))
    await executor.close()
    end_agents(tmp_path)
    assert outcome.exit_code == 3
    assert output.decode().startswith(f"{python} -I -S {tmp_path}/agent/{version()}/program ")


def test_it_runs_without_anything_of_octotui(tmp_path: Path) -> None:
    (tmp_path / "program").write_bytes(archive())
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'program')!r})\n"
        "import octotui.workers.agent.main as main; print(main.__file__)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True, cwd="/"
    )
    assert done.stdout.startswith(str(tmp_path))


@pytest.mark.parametrize("python", PYTHONS)
def test_a_compiled_one_runs_with_this_python_and_with_others(tmp_path: Path, python: str) -> None:
    (tmp_path / "program").write_bytes(archive(compiled=True))
    assert archive(compiled=True) == (tmp_path / "program").read_bytes()
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'program')!r})\n"
        "import octotui.workers.agent.main as main; print(main.main.__code__.co_filename)"
    )
    command = [python, "-I", "-S", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd="/")
    is_this = subprocess.run([python, "-V"], capture_output=True, text=True, check=True).stdout.split()[1]
    own = sys.version.split()[0].rpartition(".")[0] == is_this.rpartition(".")[0]
    assert done.stdout.startswith(str(FOLDER if own else tmp_path))


def test_a_program_is_whole_where_nothing_can_be_cached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: object) -> str:
        raise NotImplementedError

    monkeypatch.setattr(agent_program, "cache_from_source", fail)
    archive.cache_clear()
    try:
        assert archive(compiled=True) == archive()
    finally:
        archive.cache_clear()


def test_a_change_of_a_source_is_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = version()
    shutil.copytree(FOLDER, tmp_path / "agent")
    with (tmp_path / "agent" / "frames.py").open("a") as file:
        file.write("# changed\n")
    monkeypatch.setattr(agent_program, "FOLDER", tmp_path / "agent")
    sources.cache_clear()
    version.cache_clear()
    try:
        assert version() != before
    finally:
        monkeypatch.undo()
        sources.cache_clear()
        version.cache_clear()
    assert version() == before
