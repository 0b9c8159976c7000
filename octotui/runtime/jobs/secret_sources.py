"""Sources of sensitive values: an environment variable, a file, a command or the keyring (V5)."""

import asyncio
import os
import re
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Awaitable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote

from octotui.model.complaints import InsideReport, Keys, ModelError, SourcePosition
from octotui.model.file_trust import Distrusted, FileTrust
from octotui.model.iteration import environment_sources, secrets
from octotui.model.space import Model, Value
from octotui.model.values import SHORTEST, Secret
from octotui.store.user_config import file_trust
from octotui.workers.search_path import find

T = TypeVar("T")

LARGEST = 1 << 16  # bytes of a sensitive value
_PASSWORD = re.compile(r"://[^/@]*?:([^/]*)@")  # of a URL, still percent-encoded
PATIENCE = 30.0  # seconds that a command, or the keyring, may take


class UnreadableSecret(Exception):
    """A sensitive value cannot be used; the text says why, and never the value."""


class UntrustedSecret(UnreadableSecret):
    """A source is invalid, or an untrusted account could have written it."""


async def read_secret(secret: Secret, withheld: Collection[str] = ()) -> str:
    """Read a value, without its final newline; raises UnreadableSecret.

    A command gets this process's environment except `withheld`, the sources of other secrets.
    """
    if secret.env is not None:
        value = read_env(secret.env)
    elif secret.file is not None:
        value = await asyncio.to_thread(read_file, secret.file)
    elif secret.keyring is not None:
        value = await _in_time(asyncio.to_thread(_from_keyring, secret.keyring), "the keyring")
    else:
        value = _text(await _printed(secret.command, withheld), f"what {secret.command[0]} prints")
    return checked(value)


def own_secrets(model: Model) -> tuple[str, ...]:
    """Return octotui's own secrets: the tokens of feeds, and the passwords of proxies."""
    tokens = {os.environ.get(feed.token_env or "", "").strip() for feed in model.feeds.values()}
    proxies = (value for name, value in os.environ.items() if name.lower().endswith("_proxy"))
    passwords = (found[1] for value in proxies if (found := _PASSWORD.search(value)))
    return (*tokens, *(form for each in passwords for form in (each, unquote(each))))


def check_secrets(model: Model, report: InsideReport, trust: FileTrust | None = None) -> None:
    """Report values that can be read now and are unusable; a job reports those that are missing."""
    for keys, secret in secrets(model):
        key, problem = _problem(secret, trust)
        if problem:
            report((*keys, key), f"It cannot be used: {problem}.", SourcePosition(1, 1))


def _problem(secret: Secret, trust: FileTrust | None) -> tuple[str, str]:
    """Return the key of a value's source, and why the value is unusable, as far as is known now."""
    key = next((each for each in ("env", "file", "command") if getattr(secret, each, None)), "")
    if not key:
        return "", ""
    try:
        value = _read_now(secret, trust)
    except UntrustedSecret as problem:
        return key, str(problem)
    except UnreadableSecret:
        return key, ""  # it may exist when it is needed
    try:
        if value is not None:
            checked(value)
    except UnreadableSecret as problem:
        return key, str(problem)
    return key, ""


def _read_now(secret: Secret, trust: FileTrust | None) -> str | None:
    """Read a value, or return None where a program prints it; raises UnreadableSecret."""
    if secret.env is not None:
        return read_env(secret.env)
    if secret.file is not None:
        return read_file(secret.file, trust)
    _resolved(secret.command, trust)
    return None


def check_here(model: Model, report: InsideReport) -> None:
    """Report every sensitive value and feed token that cannot be read here; runs their commands."""
    start = SourcePosition(1, 1)
    for keys, problem in asyncio.run(_unreadable(model)):
        report(keys, f"It cannot be read here: {problem}.", start)
    for slug, feed in model.feeds.items():
        if feed.token_env is not None and feed.token_env not in os.environ:
            problem = f"the environment variable {feed.token_env} is not set"
            report(("feeds", slug, "token_env"), f"It cannot be read here: {problem}.", start)


async def _unreadable(model: Model) -> list[tuple[Keys, str]]:
    """Return the position and problem of each unreadable value; equal sources are read once."""
    sources = list(secrets(model))
    tried = dict.fromkeys(secret for _, secret in sources)
    read = partial(read_secret, withheld=environment_sources(model))
    outcomes = await asyncio.gather(*map(read, tried), return_exceptions=True)
    problems = {
        secret: each for secret, each in zip(tried, outcomes, strict=True) if not isinstance(each, str)
    }
    return [(keys, str(problems[secret])) for keys, secret in sources if secret in problems]


def unreadable_here(values: Mapping[str, Iterable[Value]]) -> dict[str, str]:
    """Return by name why variables cannot be read from the environment or from files here."""
    problems = {}
    for name, each in values.items():
        for secret in (value.secret for value in each if value.secret is not None):
            try:
                if secret.env is not None:
                    checked(read_env(secret.env))
                elif secret.file is not None:
                    checked(read_file(secret.file))
            except UnreadableSecret as problem:
                problems[name] = str(problem)
    return problems


def checked(value: str) -> str:
    """Return the value if it can be masked everywhere; else raise UnreadableSecret."""
    if len(value) < SHORTEST:
        raise UnreadableSecret(
            f"it has fewer than {SHORTEST} characters, which cannot be masked: make it longer"
        )
    if "\0" in value:
        raise UnreadableSecret("it holds a NUL character, which no script can be given")
    return value


def read_env(name: str) -> str:
    """Return the value of an environment variable; raises UnreadableSecret."""
    if (value := os.environ.get(name)) is None:
        raise UnreadableSecret(f"the environment variable {name} is not set")
    return value


def read_file(path: str, trust: FileTrust | None = None) -> str:
    """Return the text of a file; raises UnreadableSecret, UntrustedSecret where others can write to it."""
    try:
        if not Path(path).is_file():
            raise UnreadableSecret(f"there is no file {path}")
        with open((trust or file_trust()).open(path), "rb") as file:  # noqa: PTH123 - a descriptor
            return _text(file.read(LARGEST + 1), path)
    except (Distrusted, ModelError) as problem:
        raise UntrustedSecret(str(problem)) from None
    except OSError as error:
        raise UnreadableSecret(f"{path} cannot be read: {error.strerror}") from None


def _text(read: bytes, where: str) -> str:
    if len(read) > LARGEST:
        raise UnreadableSecret(f"{where} is larger than {LARGEST // 1024} KiB")
    try:
        return read.decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise UnreadableSecret(f"{where} is not text in UTF-8") from None


def _from_keyring(entry: str) -> str:
    try:
        import keyring  # noqa: PLC0415 - slow to load, and optional
    except ImportError:
        raise UnreadableSecret("the keyring library is not installed: install octotui[keyring]") from None
    service, _, user = entry.partition("/")
    try:
        value = keyring.get_password(service, user)
    except Exception as error:  # each backend raises its own
        raise UnreadableSecret(f"the keyring cannot be read: {type(error).__name__}") from None
    if value is None:
        raise UnreadableSecret(f"the keyring has no entry {entry}")
    return value


def _resolved(command: Sequence[str], trust: FileTrust | None = None) -> tuple[str, ...]:
    """Resolve a command's program, and check that others can write neither to it nor to files it names.

    Raises UnreadableSecret, UntrustedSecret where others can write to one.
    """
    program, *arguments = command
    if not program.startswith("/"):
        if "/" in program:
            raise UntrustedSecret(f"{program} would depend on the current directory: give its absolute path")
        program = find(program) or ""
        if not program:
            why = "it is no name of a program" if "\0" in command[0] else "No such file or directory"
            raise UnreadableSecret(f"{command[0]} cannot be started: {why}")
    try:
        trust = trust or file_trust()
        for path in (program, *arguments):
            if path.startswith("/") and os.path.isfile(path):  # noqa: PTH113 - it may be no path
                trust.check(path)
    except (Distrusted, ModelError) as problem:
        raise UntrustedSecret(str(problem)) from None
    except OSError as error:
        raise UnreadableSecret(f"{command[0]} cannot be started: {error.strerror}") from None
    return program, *arguments


async def _printed(command: tuple[str, ...], withheld: Collection[str]) -> bytes:
    """Return a program's output; it runs without a shell and a terminal, in the root folder."""
    try:
        found = await asyncio.to_thread(_resolved, command)
        process = await asyncio.create_subprocess_exec(
            *found,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=DEVNULL,
            cwd="/",
            start_new_session=True,
            env={name: value for name, value in os.environ.items() if name not in withheld},
        )
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is no name of a program"
        raise UnreadableSecret(f"{command[0]} cannot be started: {why}") from None
    try:
        return await _in_time(_all_of(process, command[0]), command[0])
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            with suppress(TimeoutError):  # unread output keeps a process from ending
                await asyncio.wait_for(process.communicate(), PATIENCE)


async def _all_of(process: Process, name: str) -> bytes:
    assert process.stdout is not None
    printed = b""
    while len(printed) <= LARGEST and (more := await process.stdout.read(LARGEST)):
        printed += more
    if len(printed) <= LARGEST and await process.wait():
        raise UnreadableSecret(f"{name} ended with exit code {process.returncode}")
    return printed


async def _in_time(reading: Awaitable[T], who: str) -> T:
    try:
        return await asyncio.wait_for(reading, PATIENCE)
    except TimeoutError:
        raise UnreadableSecret(f"{who} has not answered within {PATIENCE:.0f} seconds") from None
