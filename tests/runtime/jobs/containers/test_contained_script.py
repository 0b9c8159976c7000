"""S8: the script that starts another one in a container: for any sh, whatever stands in it."""

import os
import subprocess
from pathlib import Path

import pytest

from octotui.model.process import ContainerSettings
from octotui.runtime.jobs.containers.contained_script import contained, container_name, part
from octotui.workers.executor import AttemptSpec

KEY = "kraken-1-job-1.1-2"


def work(script: str = "true", **more: object) -> AttemptSpec:
    return AttemptSpec(  # type: ignore[arg-type]
        **{
            "job": "job-1.1",
            "attempt": 2,
            "run": "run-1",
            "worker": "worker1",
            "directory": "/srv/w",
            "shell": "bash",
            "script": script,
            **more,
        }
    )


def made(spec: AttemptSpec, settings: ContainerSettings | None = None) -> AttemptSpec:
    return contained(spec, settings or ContainerSettings(), ("tools:1", ""), KEY, "/srv/w/extracted/x")


def test_s8_it_is_an_attempt_of_sh_that_carries_no_values_itself() -> None:
    spec = made(work(environment={"Password": "hunter22"}, needs=("kubectl",), passed=("AWS_*",)))
    assert (spec.shell, spec.environment, spec.needs) == ("sh", {}, ())
    assert spec.passed[0] == "AWS_*"
    assert f"c_container={container_name(KEY)}\n" in spec.script
    assert "c_space=kraken-1\nc_attempt=job-1.1-2\n" in spec.script
    assert "c_needs=kubectl\n" in spec.script
    assert spec.script.count("hunter22") == 1


def test_s8_limits_and_mounts_are_its_options() -> None:
    settings = ContainerSettings(network="none", memory=1 << 20, cpus=1.5, mounts=("/a b:/c:ro",))
    assert (
        "set -- --network none --memory 1048576 --cpus 1.5 --volume '/a b:/c:ro'\n"
        in made(work(), settings).script
    )


@pytest.mark.parametrize(
    "text",
    [
        "echo\n",
        "no newline",
        "",
        "a\nc_END\nb\n",
        "c_END\nc_END_\n",
        "$HOME `id` \\ ' \" \t\n",
        "\udcff\x81é\n",
    ],
)
def test_s8_what_runs_inside_is_written_as_it_is(tmp_path: Path, text: str) -> None:
    """S7: the script has a file of its own."""
    spec = made(work(text, environment={"A": "it's\n$B"}))
    before, _, _ = spec.script.partition(part("run"))
    script = tmp_path / "script"
    script.write_bytes(f"{before}\nc_inside={tmp_path}\nc_files\n".encode(errors="surrogateescape"))
    subprocess.run(["sh", script], check=True)
    assert script.read_bytes() == text.encode(errors="surrogateescape")
    shown = subprocess.run(
        ["sh", "-c", f'. {tmp_path}/environment; printf %s "$A"'], check=True, capture_output=True
    )
    assert shown.stdout == b"it's\n$B"


@pytest.mark.parametrize("name", ["run", "main", "remove", "acquire"])
def test_s8_its_parts_are_for_any_sh(name: str) -> None:
    subprocess.run(["sh", "-n"], input=part(name).encode(), check=True)


@pytest.mark.parametrize("status", ["/proc/self/status", "/nowhere"])
def test_s8_it_knows_its_account_with_and_without_proc(status: str) -> None:
    """S8: files inside belong to the account of the worker."""
    found = part("run").partition("c_find_user() {")[2].partition("\n}\n")[0]
    function = "c_find_user() {" + found + "\n}\nc_find_user\necho $c_user\n"
    assert "/proc/self/status" in function
    done = subprocess.run(
        ["sh", "-c", function.replace("/proc/self/status", status)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{os.geteuid()}:{os.getegid()}\n"
