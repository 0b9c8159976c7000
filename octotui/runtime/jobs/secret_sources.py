"""Where sensitive values are read: an environment variable, a file, a command or the keyring (V5)."""

import asyncio
import os
import re
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Awaitable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote

from octotui.model.complaints import InsideReport, SourcePosition
from octotui.model.iteration import variables
from octotui.model.space import Model
from octotui.model.values import SHORTEST, Secret

T = TypeVar("T")

LARGEST = 1 << 16  # bytes of a sensitive value
_PASSWORD = re.compile(r"://[^/@]*?:([^/]*)@")  # of an address, as it is written there
PATIENCE = 30.0  # seconds that a command, or the keyring, may take


class UnreadableSecret(Exception):
    """A sensitive value that cannot be used; its text says why, and never what the value is."""


async def read_secret(secret: Secret) -> str:
    """The value, without the end of its last line; raises Unreadable."""
    if secret.env is not None:
        value = read_env(secret.env)
    elif secret.file is not None:
        value = await asyncio.to_thread(read_file, secret.file)
    elif secret.keyring is not None:
        value = await _in_time(asyncio.to_thread(_from_keyring, secret.keyring), "the keyring")
    else:
        value = _text(await _printed(secret.command), f"what {secret.command[0]} prints")
    return checked(value)


def own_secrets(model: Model) -> tuple[str, ...]:
    """What octotui reads for itself: the tokens of feeds, and the passwords of proxies."""
    tokens = {os.environ.get(feed.token_env or "", "").strip() for feed in model.feeds.values()}
    proxies = (value for name, value in os.environ.items() if name.lower().endswith("_proxy"))
    passwords = (found[1] for value in proxies if (found := _PASSWORD.search(value)))
    return (*tokens, *(form for each in passwords for form in (each, unquote(each))))


def check_secrets(model: Model, report: InsideReport) -> None:
    """Complains about values that are here to be read and cannot be used; others are told when a job asks."""
    for keys, values in variables(model):
        for index, value in enumerate(values):
            key, problem = _problem(value.secret)
            if problem:
                report(
                    (*keys, index, "sensitive", key), f"It cannot be used: {problem}.", SourcePosition(1, 1)
                )


def _problem(secret: Secret | None) -> tuple[str, str]:
    """By which key a value is read, and why it cannot be used, as far as that is known here and now."""
    if secret is None:
        return "", ""
    key = "env" if secret.env is not None else "file"
    try:
        value = read_env(secret.env) if secret.env is not None else read_file(secret.file or "")
    except UnreadableSecret:
        return key, ""  # it may be there when it is needed
    try:
        checked(value)
    except UnreadableSecret as problem:
        return key, str(problem)
    return key, ""


def checked(value: str) -> str:
    """The same value, if every place that it may leave through can be masked; else raises Unreadable."""
    if len(value) < SHORTEST:
        raise UnreadableSecret(
            f"it has fewer than {SHORTEST} characters, which cannot be masked: make it longer"
        )
    if "\0" in value:
        raise UnreadableSecret("it holds a NUL character, which no script can be given")
    return value


def read_env(name: str) -> str:
    """The value of an environment variable; raises Unreadable."""
    if (value := os.environ.get(name)) is None:
        raise UnreadableSecret(f"the environment variable {name} is not set")
    return value


def read_file(path: str) -> str:
    """The text of a file; raises Unreadable."""
    try:
        if not Path(path).is_file():
            raise UnreadableSecret(f"there is no file {path}")
        with Path(path).open("rb") as file:
            return _text(file.read(LARGEST + 1), path)
    except OSError as error:
        raise UnreadableSecret(f"{path} cannot be read: {error.strerror}") from None


def _text(read: bytes, where: str) -> str:
    if len(read) > LARGEST:
        raise UnreadableSecret(f"{where} is larger than {LARGEST // 1024} KiB")
    try:
        return read.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise UnreadableSecret(f"{where} is not text in UTF-8") from None


def _from_keyring(entry: str) -> str:
    try:
        import keyring  # noqa: PLC0415 - slow to load, and there for those who want it
    except ImportError:
        raise UnreadableSecret("the keyring library is not here: install octotui[keyring]") from None
    service, _, user = entry.partition("/")
    try:
        value = keyring.get_password(service, user)
    except Exception as error:  # each backend has its own
        raise UnreadableSecret(f"the keyring cannot be read: {type(error).__name__}") from None
    if value is None:
        raise UnreadableSecret(f"the keyring has no entry {entry}")
    return value


async def _printed(command: tuple[str, ...]) -> bytes:
    """What a program prints, started without a shell and without a terminal."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, start_new_session=True
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
            with suppress(TimeoutError):  # what it left to be read keeps it from being over
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
