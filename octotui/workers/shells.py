"""Commands that start a script in each shell, with Octopus's helper functions defined (V7)."""

import os
from collections.abc import Mapping
from pathlib import Path
from shlex import quote
from types import MappingProxyType

from octotui.workers.agent.processes import VARIABLE

HELPERS = str(Path(__file__).parent / "helpers")
VALUES = VARIABLE  # the path of the file that the helper functions read
NEEDS = "OCTOTUI_NEEDS"
NOTHING: Mapping[str, str] = MappingProxyType({})


def command(
    shell: str, script_path: str, helpers: str = HELPERS, surroundings: Mapping[str, str] = NOTHING
) -> list[str]:
    """Return the program and its arguments; `helpers` is the folder of helper files on the machine.

    The script has a file of its own, so that its line numbers are those its author knows. Bash does not read
    BASH_ENV where the `surroundings` of the script put it into POSIX mode.
    """
    match shell:
        case "python":
            return ["python3", "-u", f"{helpers}/octopus.py", script_path]  # unbuffered
        case "pwsh":
            return [
                *("pwsh", "-NoLogo", "-NoProfile", "-NonInteractive"),
                *("-File", f"{helpers}/octopus.ps1", script_path),
            ]
        case "sh":
            functions = f'__octotui_helpers={quote(helpers)}; . "$__octotui_helpers/octopus.sh"'
            return ["sh", "-c", f'{functions}; . "$0"', script_path]
        case "bash" if is_posix(surroundings):
            return ["bash", "-c", f'. {quote(helpers)}/octopus.bash; . "$0"', script_path]
        case _:
            return [shell, script_path]


def is_posix(surroundings: Mapping[str, str]) -> bool:
    """Return whether an environment puts bash into POSIX mode."""
    return "POSIXLY_CORRECT" in surroundings or "posix" in surroundings.get("SHELLOPTS", "").split(":")


def environment(
    shell: str, helpers: str = HELPERS, surroundings: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Return the variables that load the helpers in bash; a `BASH_ENV` of the machine is chained."""
    if shell != "bash":
        return {}
    ours = {"BASH_ENV": f"{helpers}/octopus.bash"}
    theirs = surroundings.get("BASH_ENV", ours["BASH_ENV"])
    return ours if theirs == ours["BASH_ENV"] else ours | {"OCTOTUI_BASH_ENV": theirs}
