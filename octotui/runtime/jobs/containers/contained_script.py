"""The spec of a script that runs in a container: a script of sh, which starts it there (S8)."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from shlex import quote

from msgspec.structs import replace

from octotui.model.machines.containers import reference
from octotui.model.process import ContainerSettings
from octotui.workers.executor import AttemptSpec

WORKSPACE = "workspace"  # of an attempt's workspace: all of it that its container has
FOLDER = "containers"  # of a worker's directory: what attempts need for their containers
ENGINE_ENVIRONMENT = (
    *("CONTAINERS_*", "_CONTAINERS_*", "CONTAINER_HOST", "STORAGE_*", "REGISTRY_AUTH_FILE", "DOCKER_*"),
    *("XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "DBUS_SESSION_BUS_ADDRESS"),
)
"""Variables of a machine that its engine of containers goes by."""
_PROGRAMS = {"python": "python3"}


@cache
def part(name: str) -> str:
    """Return a script of this folder."""
    return (Path(__file__).parent / f"{name}.sh").read_text("utf-8")


def settings_text(settings: Mapping[str, str]) -> str:
    """Return settings as assignments of sh."""
    return "".join(f"c_{name}={quote(value)}\n" for name, value in settings.items())


def container_name(key: str) -> str:
    """Return the name of the container of an attempt, whose key is its space and its name."""
    return f"octotui-{key}"


def contained(
    work: AttemptSpec, settings: ContainerSettings, image: tuple[str, str], key: str, packages: str
) -> AttemptSpec:
    """Return the spec that runs the script of `work` in an image, given with its digest or `""`.

    `key` is `SPACE-ATTEMPT`; `packages` is the folder of the attempt's packages on its worker. Values are in
    files of mode 0600 alone, never in arguments, nor in what the engine records of the container.
    """
    attempt = f"{work.job}-{work.attempt}"
    given = {
        "worker": work.worker or "this machine",
        "image": reference(*image),
        "container": container_name(key),
        "space": key.removesuffix(f"-{attempt}"),
        "attempt": attempt,
        "folder": f"{work.directory}/{FOLDER}/{key}",
        "packages": packages,
        "workspace": WORKSPACE,
        "shell": work.shell,
        "program": _PROGRAMS.get(work.shell, work.shell),
        "streams": "2" if work.stderr == "separate" else "1",
        "needs": " ".join(work.needs),
        "passes": "1" if work.passed else "",
        "main": part("main"),
    }
    exports = "".join(f"export {name}={quote(value)}\n" for name, value in work.environment.items())
    files = {"script": work.script, "environment": exports}
    body = "".join(
        (
            settings_text(given),
            _passed(work.passed),
            f"c_files() {{\n{''.join(_written(name, text) for name, text in files.items())}:\n}}\n",
            f"set -- {' '.join(map(quote, _options(settings)))}\n",
            part("run"),
        )
    )
    return replace(
        work,
        shell="sh",
        script=body,
        environment={},
        needs=(),
        passed=(*work.passed, *ENGINE_ENVIRONMENT),
    )


def _options(settings: ContainerSettings) -> Iterable[str]:
    """Yield the options of a container that the model declares."""
    for name in ("network", "memory", "cpus"):
        value = getattr(settings, name)
        if value is not None:
            yield from (f"--{name}", f"{value:g}" if name == "cpus" else str(value))
    for mount in settings.mounts:
        yield from ("--volume", mount)


def _passed(patterns: tuple[str, ...]) -> str:
    """Return the function that says whether a script is given a variable of its machine."""
    if not patterns:
        return "c_passed() { false; }\n"
    return f"c_passed() {{ case $1 in {' | '.join(patterns)}) ;; *) false ;; esac }}\n"


def _written(name: str, text: str) -> str:
    """Return the command that writes a text to a file that is mounted, by a builtin of any sh."""
    return f'printf %s {quote(text)} >"$c_inside/{name}" &&\n'
