"""The command line: verbs that are imported when they are called, and `octotui [FILE]` for the app."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click
from click.shell_completion import CompletionItem

from octotui import __version__
from octotui.model.garbage import collect_from_now
from octotui.views.text.visible_text import visible_lines

VERBS = {
    "open": "Open the app on a model (the same as octotui [FILE]).",
    "demo": "Show the kraken with a tour; nothing of it is left.",
    "attach": "Open the app on a space that is served already.",
    "keys": "Print the keys of the app, as the file that changes them.",
    "web": "Serve the app to a browser on this machine.",
    "serve": "Serve a space here; octotui does it in the background.",
    "stop": "End the server of a space; jobs that run go on.",
    "run": "Run a runbook to its end, without a screen.",
    "release": "Make a release of a project.",
    "releases": "List the releases of a project, and where they are.",
    "deploy": "Deploy a release of a project to an environment.",
    "promote": "Deploy what is in one environment to the next.",
    "publish": "Freeze a runbook as it is; its runs do that from now on.",
    "plan": "Predict a run: workers, lock waits, times. Starts nothing.",
    "dashboard": "Show what is deployed where: version, state and when.",
    "runs": "List the runs of a space.",
    "show": "Show the state of a run, and the reason for it.",
    "tree": "Show the allocation tree of a run.",
    "timeline": "Draw what a run did over time, with the critical path.",
    "diff": "Show what differs between two runs.",
    "logs": "Print what the jobs of a run printed.",
    "workers": "List machines, connect to them, run commands on one.",
    "leases": "List the machines of dynamic pools; destroy or adopt one.",
    "trust": "Show the host keys of a machine, and pin them.",
    "waits": "List what waits, for what, and what it is blocked by.",
    "health": "Check workers and targets now, and show how they are.",
    "pools": "Show pools and workers, and which runs lease or use them.",
    "events": "Print the events of a space, also as they happen.",
    "wait": "Wait until runs have ended.",
    "take": "Take responsibility for a question.",
    "proceed": "Answer a manual step: the run continues.",
    "abort": "Answer a manual step: the step fails.",
    "retry": "Answer for a failed step: try it again.",
    "ignore": "Answer for a failed step: continue as if it had succeeded.",
    "fail": "Answer for a failed step: it stays failed.",
    "exclude": "Answer for a failed step: continue without its target.",
    "give-back": "Let others take a question that you have taken.",
    "hand-over": "Make somebody else responsible for a question.",
    "cancel": "Cancel runs.",
    "top": "Move a run to the top of the queue.",
    "rerun": "Start a run once more.",
    "schedules": "List the schedules, and when each starts its next run.",
    "export": "Write a run and all it started into one file.",
    "replay": "Replay an exported run: its state at any moment.",
    "backup": "Back up a space into one file, also while it is in use.",
    "restore": "Restore a space from a backup.",
    "clock": "Say whether the clock has jumped; confirm its new time.",
    "audit": "List who did what, and verify the journal.",
    "check": "Check a model, and say everything that is wrong with it.",
    "variables": "Show what every variable resolves to, and why.",
    "render": "Fill in a text from stdin with the variables of a model.",
    "template": "List or show the templates that steps may use.",
    "schema": "Print the JSON Schema of a model, for editors.",
    "completion": "Print a script that completes verbs and names in a shell.",
    "init": "Write a commented starter file.",
}
TOGETHER = {
    "answer": ("take", "proceed", "abort", "retry", "ignore", "fail", "exclude", "give-back", "hand-over"),
}
"""Verbs that share a file; every other has its own."""
GROUPS = {
    "The app": ("open", "demo", "attach", "web", "keys"),
    "Start": ("run", "plan", "rerun", "schedules"),
    "Watch": (
        "dashboard", "runs", "show", "tree", "timeline", "diff", "logs", "waits", "pools", "health", "events",
        "wait",
    ),
    "Answer": TOGETHER["answer"],
    "Change": ("cancel", "top"),
    "Projects": ("release", "releases", "deploy", "promote", "publish"),
    "Models": ("init", "check", "variables", "render", "template", "schema"),
    "Spaces": ("serve", "stop", "export", "replay", "backup", "restore", "audit", "clock"),
    "Machines": ("workers", "leases", "trust"),
    "Shells": ("completion",),
}  # fmt: skip
"""The verbs by purpose, in the order of use."""
SYNONYMS = {
    "approve": "proceed",
    "deny": "abort",
    "history": "runs",
    "kill": "cancel",
    "list": "runs",
    "reject": "abort",
    "start": "run",
    "status": "runs",
    "tail": "logs",
    "validate": "check",
    "watch": "events",
    "machines": "workers",
    "gantt": "timeline",
    "compare": "diff",
}
"""Names of verbs in other programs, and here."""
EXIT_CODES = {
    0: "it succeeded",
    1: "a run failed or timed out; a space, file or journal cannot be used; output cannot be written; "
    "it is unknown whether a request took effect: check before you repeat it",
    2: "wrong usage, a wrong model, or a request that is refused",
    3: "`wait --timeout` has waited long enough",
    4: "the run waits only for answers to its questions, and stays open",
    5: "a run was cancelled",
    130: "interrupted by ^C (128 and the number of the signal, of other signals)",
    141: "the reader of the output has closed it, as `| head` does",
}
"""What each exit code means, for `--help` and the documentation."""


class Text(click.types.StringParamType):
    """A text argument in UTF-8; paths alone may have any bytes."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text; exit with code 2 where it is not UTF-8."""
        text = str(super().convert(value, param, ctx))
        try:
            text.encode()
        except UnicodeEncodeError:
            self.fail("it is not text in UTF-8", param, ctx)
        return text

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return completions by the parameter's name."""
        offered: list[CompletionItem] = import_module("octotui.cli.shell_completion").complete(
            ctx, param, incomplete
        )
        return offered


TEXT = Text()


class Verbs(click.Group):
    """Verbs by name; any other first word is the file that the app opens."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the order of the help."""
        return [verb for verbs in GROUPS.values() for verb in verbs]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the verb of that name."""
        if cmd_name not in VERBS:
            return None
        shared = next((file for file, verbs in TOGETHER.items() if cmd_name in verbs), None)
        module = import_module(f"octotui.cli.verbs.{shared or cmd_name}")
        command = getattr(module, cmd_name.replace("-", "_") if shared else "command")
        assert isinstance(command, click.Command)
        collect_from_now()
        return _with_text(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs with their help, without importing any, and the exit codes."""
        width = max(map(len, VERBS))
        for title, verbs in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl([(f"{verb:{width}}", VERBS[verb]) for verb in verbs])
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), text.replace("`", "")) for code, text in EXIT_CODES.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the verbs that begin so, or a space or file for the app."""
        verbs = super().shell_complete(ctx, incomplete)
        if verbs:
            return verbs
        offered: list[CompletionItem] = import_module("octotui.cli.spaces.space_argument").spaces(
            ctx, self.params[0], incomplete
        )
        return offered

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Parse what comes before the verb."""
        with _visible_errors():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; exit as shells expect when interrupted."""
        try:
            with _visible_errors():
                return super().invoke(ctx)
        except KeyboardInterrupt:
            sys.exit(130)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as problem:
            _refuse_unusable(problem)
            raise

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Treat `octotui`, and `octotui FILE …`, as `octotui open FILE …`."""
        if ctx.resilient_parsing:
            return super().parse_args(ctx, args)  # shell completion
        if not args or (args[0] not in VERBS and args[0] not in ("--help", "--version")):
            _refuse_unknown_verb(ctx, args)
            args = ["open", *args]
        return super().parse_args(ctx, args)


def _refuse_unknown_verb(ctx: click.Context, args: list[str]) -> None:
    """Exit where the first word is neither a verb, a file nor a space: the app takes one, and options.

    A word alone, or with options, may be meant as a file where it has a dot or a slash.
    """
    if not args or args[0].startswith("-") or os.path.lexists(args[0]):
        return
    alone = len(args) == 1 or args[1].startswith("-")
    if alone and (not args[0] or set(args[0]) & {".", "/"} or _is_known_space(args)):
        return
    from difflib import get_close_matches

    near = get_close_matches(args[0].lower(), (*VERBS, *SYNONYMS), n=1, cutoff=0.65)
    meant = f'did you mean "{SYNONYMS.get(near[0], near[0])}"?' if near else "octotui --help lists them"
    ctx.fail(f"octotui has no verb {args[0]}, nor is there such a file or space; {meant}")


def _is_known_space(args: list[str]) -> bool:
    """Return whether the first word names a space, in the folder that `--state` says."""
    from pathlib import Path

    words = [
        word for each in args for word in (each.split("=", 1) if each.startswith("--state=") else [each])
    ]
    state = words[words.index("--state") + 1 :][:1] if "--state" in words else []
    known_space = import_module("octotui.cli.spaces.model_argument").known_space
    return known_space(args[0], Path(state[0]) if state else None) is not None


def _with_text(command: click.Command) -> click.Command:
    """Make a verb, and its subcommands, check that texts are UTF-8."""
    for param in command.params:
        if param.type is click.STRING:
            param.type = TEXT
    for each in command.commands.values() if isinstance(command, click.Group) else ():
        _with_text(each)
    return command


def _refuse_unusable(problem: Exception) -> None:
    """Print the problem of a space, or of the account's configuration, and exit."""
    from octotui.cli.terminal.output import USAGE, complain, refuse
    from octotui.model.complaints import ModelError
    from octotui.store.errors import StoreError

    if isinstance(problem, StoreError):
        refuse(str(problem), 1)
    if isinstance(problem, ModelError):
        complain(problem.complaints)
        sys.exit(USAGE)


@contextmanager
def _visible_errors() -> Iterator[None]:
    """Make invisible characters in click's error messages visible."""
    try:
        yield
    except click.ClickException as error:
        sentence = error.format_message()
        if (shown := visible_lines(sentence)) == sentence:
            raise
        raise click.UsageError(shown, getattr(error, "ctx", None)) from None


@click.group(cls=Verbs)
@click.version_option(__version__)
def cli() -> None:
    """Runbooks on worker pools, in a terminal.

    Without a verb, `octotui [FILE]` opens the app on a model: a TOML file, or a folder of them. Without
    a file it opens the kraken demo.
    """
