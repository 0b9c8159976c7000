"""The tools of a machine and their versions: a script that asks them, and its output read with care."""

import re
from collections.abc import Collection, Mapping
from shlex import quote

from octotui.engine.state import FoundTool
from octotui.model.machines.tool_needs import NAME, version_in

COMMON = frozenset(
    (
        "aws",
        "az",
        "bash",
        "curl",
        "docker",
        "git",
        "helm",
        "jq",
        "kubectl",
        "podman",
        "pwsh",
        "python3",
        "terraform",
    )
)
"""The tools that a check looks for beside those that steps need."""
MODULE = "python:"
LONGEST = 300  # characters of a path, and of what a tool says of itself
LARGEST = 1 << 16  # bytes of all that they say

_WAYS: Mapping[str, tuple[str, ...]] = {
    "kubectl": ("version", "--client"),
    "helm": ("version", "--short"),
    "terraform": ("version",),
    "go": ("version",),
    "java": ("-version",),
    "openssl": ("version",),
}
"""How tools are asked for their version that have another way than `--version`."""
_HEAD = """\
look() {
    __octotui_tool=$1
    shift
    __octotui_said=$("$@" </dev/null 2>&1 | head -n 3 | head -c 600 | tr '\\n\\t' '  ')
    printf 'octotui-tool\\t%s\\t%s\\t%s\\n' "$__octotui_tool" "$1" "$__octotui_said"
}
"""
_MODULE = """\
import sys; sys.path = [each for each in sys.path if each]
from importlib.util import find_spec
from importlib.metadata import version, packages_distributions as names
module = sys.argv[1]
if find_spec(module) is None: sys.exit("octotui-none")
try: print(version(module))
except Exception: print(version(names().get(module.partition(".")[0], [module])[0]))
"""


def sought_tools(needed: Collection[str]) -> tuple[str, ...]:
    """Return the names of all tools that a check looks for, sorted."""
    return tuple(sorted(COMMON.union(needed)))


def script(paths: Mapping[str, str], sought: Collection[str]) -> str:
    """Return the script for sh that asks tools at these paths, and modules that are sought, for versions."""
    lines = [_HEAD]
    for tool, path in sorted(paths.items()):
        if tool in sought and re.fullmatch(NAME, tool):
            lines.append(" ".join(("look", tool, quote(path), *_WAYS.get(tool, ("--version",)))))
    python = paths.get("python3")
    if python:
        asked = f"{quote(python)} -c {quote(_MODULE)}"
        modules = sorted(each for each in sought if each.startswith(MODULE) and re.fullmatch(NAME, each))
        lines += [f"look {each} {asked} {each.removeprefix(MODULE)}" for each in modules]
    return "\n".join((*lines, ""))


def found_tools(paths: Mapping[str, str], sought: Collection[str], output: bytes) -> dict[str, FoundTool]:
    """Return what is known of each tool that was sought, from the paths and what the script printed.

    Of a Python module nothing is known where the interpreter did not come to answer.
    """
    said = _lines(output)
    tools: dict[str, FoundTool] = {}
    for tool in sorted(sought):
        text = said.get(tool)
        if not tool.startswith(MODULE):
            path = paths.get(tool, "")[:LONGEST]
            tools[tool] = FoundTool(path, version_in(text or "") if path else "")
        elif text is not None:
            there = "octotui-none" not in text
            tools[tool] = FoundTool(tool if there else "", version_in(text) if there else "")
        elif "python3" not in paths:
            tools[tool] = FoundTool()
    return tools


def _lines(output: bytes) -> dict[str, str]:
    """Return what each tool said of itself, once; a tool that prints such lines itself is not believed."""
    said: dict[str, str] = {}
    for line in output[:LARGEST].decode(errors="replace").splitlines():
        mark, *parts = line.split("\t")
        if mark == "octotui-tool" and len(parts) == 3:
            said.setdefault(parts[0], parts[2][:LONGEST])
    return said
