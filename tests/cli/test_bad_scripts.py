"""Scripts that print or ask for what makes no sense: a clear message, and nothing else is touched (V7)."""

import json
import os
import subprocess
from base64 import b64encode
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.cli.conftest import ROOT, Call, command

BOOK = """
[[runbooks.bad.steps]]
name = "Bad"
pool = "setup"
script = {{ shell = "{shell}", body = '''
{script}
''' }}
"""


@pytest.fixture
def ran(octotui: Call, write: Call, state: Path):
    """How a script's job ended, and its log."""

    def run(script: str, shell: str = "bash") -> tuple[Any, bytes]:
        said = octotui(
            "run", write(BOOK.format(script=script, shell=shell)), "bad", "--json", "--state", state
        )
        events = [json.loads(line) for line in said.out.splitlines()]
        (ended,) = [each for each in events if each["type"] == "JobEnded"]
        log = state / "small" / "logs" / "run-1" / "job-1.1.log"
        assert said.code == (0 if ended["state"].startswith("succeeded") else 1)
        return ended, log.read_bytes() if log.exists() else b""

    return run


def base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def test_v7_a_message_with_broken_base64_is_text_and_a_warning(ran) -> None:
    ended, log = ran("""echo "##octopus[setVariable name='%%%' value='QQ==']"; echo after""")
    assert ended["state"] == "succeeded-with-warnings"
    assert "begins like a service message, but is not valid" in ended["warnings"][0]
    assert log == b"##octopus[setVariable name='%%%' value='QQ==']\nafter\n"
    assert ended["outputs"] == {}


def test_v7_a_message_may_come_in_pieces(ran) -> None:
    script = f"""
    printf '##octo'; sleep 0.03; printf "pus[setVariable name='{base64("Url")}' val"; sleep 0.03
    printf "ue='{base64("http://x")}'"; sleep 0.03; printf ']\\n'; echo after"""
    ended, log = ran(script)
    assert (ended["state"], ended["outputs"], log) == ("succeeded", {"Url": "http://x"}, b"after\n")


def test_v7_a_message_of_ten_megabytes_is_text(ran) -> None:
    ended, log = ran('set_octopusvariable Huge "$(head -c 8000000 /dev/zero | tr "\\0" x)"')
    assert (ended["state"], ended["outputs"]) == ("succeeded-with-warnings", {})
    assert log.startswith(b"##octopus[setVariable ")
    assert len(log) > 10_000_000


def test_v7_a_message_that_never_ends_is_text(ran) -> None:
    ended, log = ran("printf \"##octopus[progress percentage='\"; head -c 3000000 /dev/zero | tr '\\0' A")
    assert ended["state"] == "succeeded-with-warnings"
    assert len(log) == 3_000_000 + len("##octopus[progress percentage='")


def test_v7_a_megabyte_without_a_newline_is_kept_as_it_is(ran) -> None:
    ended, log = ran("head -c 1048576 /dev/zero | tr '\\0' x")
    assert (ended["state"], log) == ("succeeded", b"x" * 1048576)


def test_v7_what_is_not_text_is_kept_as_it_is(ran) -> None:
    script = """import sys, random
sys.stdout.buffer.write(random.Random(7).randbytes(300_000))"""
    ended, log = ran(script, "python")
    assert (ended["state"], log) == ("succeeded", Random(7).randbytes(300_000))


def test_v7_fifty_megabytes_without_a_newline_need_no_memory(write: Call, tmp_path: Path) -> None:
    def needed(size: int) -> int:
        """The most memory that octotui has had, in KiB."""
        script = BOOK.format(shell="bash", script=f"head -c {size} /dev/zero | tr '\\0' x")
        arguments = command("run", write(script), "bad", "--state", tmp_path / str(size))
        with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        log = tmp_path / str(size) / "small" / "logs" / "run-1" / "job-1.1.log"
        assert log.stat().st_size == size
        return usage.ru_maxrss

    assert needed(50_000_000) - needed(1) < 16_000


def test_v7_only_ordinary_files_are_kept_and_nothing_else_is_touched(
    ran, state: Path, tmp_path: Path
) -> None:
    around = tmp_path / "around"
    around.mkdir()
    (around / "secret").write_text("left alone")
    said = {
        name: f"##octopus[createArtifact path='{base64(path)}' name='{base64(name)}']"
        for name, path in {
            "../../up": "ok",
            "/etc/abs": f"{around}/secret",
            "dir": ".",
            "pipe": "pipe",
            "link": "link",
            "gone": "gone",
            "zero": "/dev/zero",
        }.items()
    }
    messages = "\n".join(f'echo "{line}"' for line in said.values())
    ended, _ = ran(f"echo ok >ok; mkfifo pipe; ln -s {around}/secret link; echo x >gone\n{messages}\nrm gone")
    assert [each["name"] for each in ended["artifacts"]] == [".._.._up", "_etc_abs"]
    assert ended["state"] == "succeeded-with-warnings"
    assert [each.split(" ")[2] for each in ended["warnings"]] == ["dir", "pipe", "link", "gone", "zero"]
    kept = state / "small" / "artifacts" / "run-1" / "job-1.1"
    assert sorted(each.name for each in kept.iterdir()) == [".._.._up", "_etc_abs"]
    assert (kept / "_etc_abs").read_text() == "left alone"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["around", "model.toml", "state"]
    assert [each.name for each in around.iterdir()] == ["secret"]


def test_v7_a_script_that_fails_keeps_its_files_and_says_why(ran) -> None:
    ended, log = ran(
        "echo x >log.txt; new_octopusartifact log.txt; write_highlight look; fail_step 'no disk'"
    )
    assert (ended["state"], ended["reason"], ended["highlights"]) == ("failed", "no disk", ["look"])
    assert ended["artifacts"] == [{"name": "log.txt", "size": 2}]
    assert b"##octopus" not in log


def test_v7_a_real_bash_script_written_for_octopus_runs_as_it_is(ran) -> None:
    """With the functions as Octopus's documentation shows them."""
    ended, log = ran("""
    name=$(get_octopusvariable "Octopus.Step.Name")
    write_verbose "checking $name"
    for i in 0 50 100; do update_progress $i "Checked $i%"; done
    set_octopusvariable "Result" "fine"
    set_octopusvariable "Key" "hunter22" -sensitive
    echo "the key is hunter22" > out.txt
    new_octopusartifact "out.txt" "key.txt"
    write_wait "waiting"; write_warning "almost"; write_highlight "[the page](http://x)"
    echo "##octopus[stdout-error]"; echo "hunter22"; echo "##octopus[stdout-default]" """)
    assert ended["state"] == "succeeded-with-warnings"
    assert ended["outputs"] == {"Result": "fine"}
    assert (ended["warnings"], ended["highlights"]) == (["almost"], ["[the page](http://x)"])
    assert [each["name"] for each in ended["artifacts"]] == ["key.txt"]
    shown = log.decode().splitlines()
    assert (shown[0], shown[-4:]) == (
        "checking Bad",
        ["waiting", "almost", "[the page](http://x)", "********"],
    )
