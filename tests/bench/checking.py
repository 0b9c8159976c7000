"""`octotui check`: a model of 40 MB against what tomllib and msgspec take to read it; 100,000 faults.

The model has variables with scopes, runbooks with scripts of several lines, conditions and questions.
"""

import contextlib
import io
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from octotui.cli.check_report import check
from octotui.model.file_trust import FileTrust
from octotui.model.space import Model
from octotui.model.toml import convert
from octotui.model.toml.specs.space_spec import MODEL
from octotui.model.toml.templates import Library
from octotui.model.toml.validate import Validator
from tests.ratios import Ratio, measure

HEAD = '[space]\nname = "Large"\n[pools.setup]\nworkers = ["one", "two"]\ndefault = true\n'
PLACES = 10
TENANTS = 500
SECONDS = 60.0  # in which a model with very many faults is to be checked


def large_model(size: int) -> str:
    """A model of so many characters: an eighth of them variables, the rest runbooks."""
    parts = [HEAD]
    parts += [f"[environments.env{number}]\n" for number in range(PLACES)]
    parts += [f'[tenants.t{number}]\ntags = ["region/r{number % 20}"]\n' for number in range(TENANTS)]
    parts.append("[variables]\n")
    length = variables = runbooks = 0
    while length < size // 4:
        parts.append(_variables(variables))
        length += len(parts[-1])
        variables += 1
    while length < size:
        parts.append(_runbook(runbooks, variables))
        length += len(parts[-1])
        runbooks += 1
    return "".join(parts)


def _variables(number: int) -> str:
    return (
        f'"Var.{number}" = [{{ value = "plain {number} for #{{Octopus.Environment.Name}}" }},'
        f' {{ value = "another", environment = "env{number % PLACES}" }},'
        f' {{ value = "third", tenant_tag = "region/r{number % 20}" }}]\n'
        f'"Simple{number}" = "#{{Var.{number}}} and more text"\n'
    )


def _runbook(number: int, variables: int) -> str:
    name = f"book-{number}"
    lines = (
        f'echo "line {line} of #{{Var.{(number * 7 + line) % variables}}} in $PWD" # a comment\n'
        for line in range(8)
    )
    script = "".join(lines)
    steps = (
        f"[[runbooks.{name}.steps]]\nname = \"Step {step}\"\npool = \"setup\"\nscript = '''\n{script}'''\n"
        for step in range(5)
    )
    condition = f'condition = "#{{if Simple{number % variables}}}yes#{{/if}}"\n'
    question = f'manual = {{ instructions = "Is #{{Simple{number % variables}}} *right*?" }}\n'
    return f'{"".join(steps)}{condition}[[runbooks.{name}.steps]]\nname = "Ask"\n{question}'


def faulty_model(faults: int) -> str:
    """A model with so many faults of several kinds."""
    steps = (
        f'[[runbooks.book-{number}.steps]]\nname = "Step"\npool = "pool-{number}"\nscritp = "#{{if"\n'
        f'retries = "x"\nscript = "#{{if Nobody}}"\n'
        for number in range(-(-faults // 4))
    )
    return HEAD + "".join(steps)


def seconds(work: Callable[[], object]) -> float:
    """How long it takes, in seconds."""
    start = time.perf_counter()
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        contextlib.suppress(SystemExit),
    ):
        work()
    return time.perf_counter() - start


def reading(text: str) -> float:
    """What tomllib and msgspec take for a model, in seconds."""
    start = time.perf_counter()
    tables = tomllib.loads(text)
    taken = time.perf_counter() - start
    clean = Validator(Path(), lambda at, message: None).read(MODEL, tables)
    original = msgspec.convert
    times: list[float] = []

    def timed(*given: object, **more: object) -> object:
        begin = time.perf_counter()
        try:
            return original(*given, **more)  # type: ignore[call-overload]
        finally:
            times.append(time.perf_counter() - begin)

    msgspec.convert = timed  # type: ignore[assignment]
    try:
        model = convert.convert(clean, lambda at, message: None, Library(Path(), FileTrust()))
    finally:
        msgspec.convert = original
    assert isinstance(model, Model)
    return taken + sum(times)


def main(megabytes: int = 40, faults: int = 100_000) -> Iterator[Ratio]:
    """Check a large model, and a faulty one."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.toml"
        file.write_text(text := large_model(megabytes * 1_000_000))
        read, checked = reading(text), seconds(lambda: check(file))
        print(f"{len(text):,} characters: read in {read:.2f} s, checked in {checked:.2f} s")
        yield Ratio("check / tomllib and msgspec", checked / read, 3.0)
        file.write_text(faulty_model(faults))
        took = seconds(lambda: check(file))
        print(f"{faults:,} faults: checked in {took:.2f} s")
        yield Ratio(f"check of {faults:,} faults / {SECONDS:.0f} s", took / SECONDS, 1.0)


if __name__ == "__main__":
    measure(main, megabytes=0, faults=4)
