"""`octotui web [FILE]`: the app in a browser on this machine, or behind a proxy that says who people are."""

import asyncio
import logging
import os
import pwd
import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import click

from octotui.cli.model_files import load_or_exit
from octotui.cli.spaces.model_argument import known_space, model_file
from octotui.cli.spaces.space_argument import space_of, spaces
from octotui.cli.start_options import account, state_option
from octotui.cli.terminal.output import refuse, say, tell, warn
from octotui.cli.terminal.user_settings import ASKED, utc_option
from octotui.model.complaints import ModelError
from octotui.model.file_trust import Distrusted
from octotui.store.accounts import account_id, account_name
from octotui.store.space_folder import space_folder
from octotui.store.trusted_path import named_owners

if TYPE_CHECKING:
    from octotui.ui.web.access import Access
    from octotui.ui.web.app_process import AppCommand

MISSING = "`octotui web` needs textual-serve: install octotui[web], as pip install 'octotui[web]' does"
LOOPBACK = "127.0.0.1"
NOT_PASSED_ON = ("ACCESSIBLE", "COLUMNS", "LINES", "ROWS", "TERM", "TEXTUAL_DRIVER")
"""Variables that are about the terminal this is typed in."""


class ProxyOptions(NamedTuple):
    """The header of a proxy, the URL that browsers know it by, its socket here, and its account."""

    header: str
    url: str
    socket: Path
    account: str | None


@click.command("web")
@click.argument("file", type=click.Path(readable=False), required=False, shell_complete=spaces)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="The port; without it, one that is free."
)
@click.option("--ascii", "ascii_only", is_flag=True, help="Draw with ASCII characters.")
@click.option(
    "--proxy", metavar="HEADER", help="People come through a proxy, which names them in this header."
)
@click.option(
    "--url", metavar="URL", help="With --proxy: where browsers find it, such as https://ops.example.org."
)
@click.option(
    "--socket", "at", metavar="PATH", type=click.Path(path_type=Path), help="With --proxy: its socket."
)
@click.option(
    "--proxy-account", metavar="ACCOUNT", help="With --proxy: the account it runs as, if not yours or root."
)
@utc_option
@state_option
def command(
    file: str | None,
    port: int,
    ascii_only: bool,
    proxy: str | None,
    url: str | None,
    at: Path | None,
    proxy_account: str | None,
    state: Path | None,
) -> None:
    """Serve the app to a browser on this machine: print a URL, which works once, and serve until ^C.

    FILE is a model, or the name or folder of a space; without it, the kraken demo. Whoever opens the URL is
    you. With --proxy, people are who the proxy in front says: where root runs this, the app of each runs as
    their account.
    """
    try:
        import octotui.ui.web.server  # noqa: F401 - what is optional is missed before anything is begun
    except ImportError as missing:
        if (missing.name or "").partition(".")[0] == "octotui":
            raise
        refuse(MISSING)
    options = _proxy_options(proxy, url, at, proxy_account, port)
    more = ["--ascii"] if ascii_only else []
    if click.get_current_context().meta.get(ASKED):
        more.append("--utc")
    arguments = _arguments(file, state, more, attaches=options is not None)
    raise SystemExit(asyncio.run(_serve(port, options, arguments)))


def _proxy_options(
    header: str | None, url: str | None, at: Path | None, proxy_account: str | None, port: int
) -> ProxyOptions | None:
    """Return what is said about a proxy; exit with code 2 where it is not all, or wrong."""
    if header is None:
        if url is not None or at is not None or proxy_account is not None:
            refuse("--url, --socket and --proxy-account go with --proxy HEADER, which names people")
        return None
    if url is None or at is None:
        refuse("--proxy needs --url, where browsers find the proxy, and --socket, where it finds this server")
    if port:
        refuse("--port does not go with --proxy: on a port, any account of this machine could say who it is")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/"):
        refuse(
            f"--url takes the proxy's address without a path, such as https://ops.example.org, not “{url}”"
        )
    if not header.replace("-", "").isalnum() or not header.isascii():
        refuse(f"--proxy takes the name of a header, such as X-Forwarded-User, not “{header}”")
    if proxy_account is not None and account_id(proxy_account) is None:
        refuse(f"--proxy-account: this machine has no account {proxy_account}")
    return ProxyOptions(header, url, at.absolute(), proxy_account)


def _arguments(file: str | None, state: Path | None, more: list[str], *, attaches: bool) -> list[str]:
    """Return how to call octotui for a page; it attaches as anybody to the folder of the space."""
    owners = [f"--owner={each}" for each in named_owners()]
    if not attaches:
        if file is not None and known_space(file, state) is None:
            load_or_exit(model_file(Path(file), state))  # what is wrong is told here, not in a page
        at = [] if state is None else ["--state", str(state.absolute())]
        what = [] if file is None else [str(Path(file).absolute()) if os.path.lexists(file) else file]
        return ["open", *what, *at, *owners, "--browser", *more]
    if file is None:
        refuse("with --proxy, say which space: its model, its name or its folder")
    named = space_of(file, state)
    folder = space_folder(named.slug, named.state).path.absolute()
    if not folder.is_dir():
        refuse(f"{folder} is no space yet: octotui serve FILE serves it", 1)
    owner = account_name(folder.stat().st_uid)
    return ["attach", str(folder), f"--owner={owner}", *owners, "--browser", *more]


async def _serve(port: int, proxy: ProxyOptions | None, arguments: list[str]) -> int:
    """Serve until a signal; return the exit code."""
    from octotui.ui.web.access import ProxyAccess, TokenAccess
    from octotui.ui.web.server import AppServer

    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    access: Access
    with _listening(port, proxy) as listening:
        if proxy is None:
            access = TokenAccess(listening.getsockname()[1])
        else:
            access = ProxyAccess(proxy.url, proxy.header, own=account(), root=os.geteuid() == 0)
        server = AppServer(
            access,
            lambda user: app_command(arguments, os.environ, user),
            title="octotui",
            report=_report,
            peers=allowed_peers(proxy.account if proxy else None),
        )
        for name in ("aiohttp", "asyncio"):  # what strangers send is no matter for this terminal
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        await server.open(listening)
        try:
            if isinstance(access, TokenAccess):
                say(access.url)
                tell("It works once, in one browser, which acts as you until ^C ends this.\n")
            else:
                say(f"serves {access.url} at {proxy.socket if proxy else ''}")
            await ended.wait()
        finally:
            await server.close()
    return 0


def allowed_peers(proxy_account: str | None) -> frozenset[int]:
    """Return the accounts that may connect to the socket: root, one's own, and that of the proxy."""
    named = None if proxy_account is None else account_id(proxy_account)
    return frozenset({0, os.geteuid()} if named is None else {0, os.geteuid(), named})


@contextmanager
def _listening(port: int, proxy: ProxyOptions | None) -> Iterator[socket.socket]:
    """Yield the listening socket; exit with code 1 where there can be none."""
    from octotui.ui.web.proxy_socket import SocketInUse, proxy_socket

    with ExitStack() as stack:
        try:
            at = socket.create_server((LOOPBACK, port)) if proxy is None else proxy_socket(proxy.socket)
            listening = stack.enter_context(at)
        except SocketInUse as used:
            refuse(
                f"another octotui web listens at {used}: end that one first, or choose another --socket", 1
            )
        except (Distrusted, ModelError) as problem:
            refuse(f"--socket is not safe: {problem}", 1)
        except OSError as problem:
            where = f"port {port}" if proxy is None else proxy.socket
            refuse(f"{where} cannot be listened at: {problem.strerror or problem}", 1)
        yield listening


def app_command(arguments: list[str], environment: Mapping[str, str], user: str | None) -> "AppCommand":
    """Return how to start the app of a page, as another account where one is named."""
    from octotui.ui.web.app_process import AppCommand

    command = [sys.executable, "-P", "-m", "octotui", *arguments]
    if user is None:
        kept = {name: value for name, value in environment.items() if name not in NOT_PASSED_ON}
        return AppCommand(command, {**kept, "TERM": "xterm-256color", "PYTHONUTF8": "1"})
    entry = pwd.getpwnam(user)
    own = {"HOME": entry.pw_dir, "USER": user, "LOGNAME": user, "SHELL": entry.pw_shell}
    kept = {name: environment[name] for name in ("PATH", "LANG", "TZ", "PYTHONPATH") if name in environment}
    return AppCommand(
        command,
        {**kept, **own, "TERM": "xterm-256color", "PYTHONUTF8": "1"},
        entry.pw_uid,
        entry.pw_gid,
        os.getgrouplist(user, entry.pw_gid),
    )


def _report(text: str) -> None:
    """Print why a page has failed, as its app or the server says."""
    warn("a page has failed:")
    tell(text if text.endswith("\n") else f"{text}\n")
