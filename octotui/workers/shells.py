"""How a script of each shell is started, with Octopus's helper functions at hand (V7)."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

HELPERS = str(Path(__file__).parent / "helpers")


def command(shell: str, script_path: str, helpers: str = HELPERS) -> list[str]:
    """The program and its arguments; `helpers` is where the files of that folder are on the machine."""
    match shell:
        case "python":
            return ["python3", "-u", f"{helpers}/octopus.py", script_path]  # what it prints is seen at once
        case "pwsh":
            return [
                *("pwsh", "-NoLogo", "-NoProfile", "-NonInteractive"),
                *("-File", f"{helpers}/octopus.ps1", script_path),
            ]
        case _:
            return [shell, script_path]


def environment(
    shell: str, helpers: str = HELPERS, surroundings: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """The environment variables that bring the functions; the file that `BASH_ENV` names is still read."""
    if shell != "bash":
        return {}
    ours = {"BASH_ENV": f"{helpers}/octopus.bash"}
    theirs = surroundings.get("BASH_ENV", ours["BASH_ENV"])
    return ours if theirs == ours["BASH_ENV"] else ours | {"OCTOTUI_BASH_ENV": theirs}


def requirements(shell: str, needs: Sequence[str]) -> str:
    """A line that fails the step where the machine lacks a command, or a `python:module`."""
    quoted = [f'"{need}"' for need in needs]
    return (
        f"fail_without({', '.join(quoted)})\n" if shell == "python" else f"fail_without {' '.join(quoted)}\n"
    )
