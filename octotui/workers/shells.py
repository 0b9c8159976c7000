"""How a script of each shell is started, with Octopus's helper functions at hand (V7)."""

import os
from collections.abc import Mapping
from pathlib import Path
from shlex import quote

HELPERS = str(Path(__file__).parent / "helpers")
VALUES = "OCTOTUI_VALUES"  # names the file that the helper functions read
NEEDS = "OCTOTUI_NEEDS"


def command(shell: str, script_path: str, helpers: str = HELPERS) -> list[str]:
    """The program and its arguments; `helpers` is where the files of that folder are on the machine.

    The script is the whole of a file of its own, so that its lines have the numbers that its author knows.
    """
    match shell:
        case "python":
            return ["python3", "-u", f"{helpers}/octopus.py", script_path]  # what it prints is seen at once
        case "pwsh":
            return [
                *("pwsh", "-NoLogo", "-NoProfile", "-NonInteractive"),
                *("-File", f"{helpers}/octopus.ps1", script_path),
            ]
        case "sh":
            functions = f'__octotui_helpers={quote(helpers)}; . "$__octotui_helpers/octopus.sh"'
            return ["sh", "-c", f'{functions}; . "$0"', script_path]
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
