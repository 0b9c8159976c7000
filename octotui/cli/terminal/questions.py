"""Questions at the terminal: a choice, values and notes."""

import asyncio
import sys
import termios
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

from octotui.cli.terminal.output import tell
from octotui.engine.rules.start_prompts import GivenValues, RequiredPrompt, problems_with
from octotui.engine.state import Answer, Interruption


class TypedAnswer(NamedTuple):
    """An answer to a question."""

    answer: Answer
    notes: str = ""
    values: Mapping[str, str] = {}


class TerminalQuestions:
    """Asks the user at the terminal, if there is one."""

    def __init__(self) -> None:
        self._typed: asyncio.Future[bool] | None = None
        self._over = False  # the input has ended

    @property
    def possible(self) -> bool:
        """Whether stdin is a terminal."""
        return sys.stdin is not None and sys.stdin.isatty()

    async def ask(
        self,
        question: Interruption,
        title: str,
        text: str,
        fields: Sequence[RequiredPrompt] = (),
        offered: Mapping[str, str] | None = None,
    ) -> TypedAnswer | None:
        """Print the text, and ask for a choice, fields and notes; None leaves the question open."""
        tell(f"\n{question.run} asks: {title}\n\n{text.strip()}\n\n")
        answers = {word: each for each in question.choices for word in (each, each[0])}
        while True:
            word = (await self._line(prompt(question.choices))).lower()
            if word in ("l", "leave", ""):
                return None
            if word in answers:
                answer = answers[word]
                values = await self._fill_in(fields, offered or {}) if answer == "proceed" else {}
                if values is None:
                    return None
                return TypedAnswer(answer, await self._line("notes (may be empty): "), values)

    async def _fill_in(
        self, fields: Sequence[RequiredPrompt], offered: Mapping[str, str]
    ) -> dict[str, str] | None:
        """Ask for a value for each field; None where a required one is left empty."""
        values: dict[str, str] = {}
        for field in fields:
            value = await self._field(field, offered.get(field.name, field.prompt.otherwise))
            if value is None:
                return None
            values[field.name] = value
        return values

    async def _field(self, field: RequiredPrompt, otherwise: str) -> str | None:
        """Ask until a value is valid; empty input takes the default."""
        while True:
            with _unseen(field.prompt.kind == "sensitive"):
                typed = await self._line(field_prompt(field, otherwise)) or otherwise
            problems = problems_with((field,), GivenValues({field.name: typed}, {}))
            if not problems:
                return typed
            if self._over or typed == otherwise == "":
                return None
            tell("".join(f"{problem}\n" for problem in problems))

    def give_up(self) -> None:
        """Cancel the pending question."""
        if self._typed is not None and not self._typed.done():
            self._typed.set_result(False)

    async def _line(self, prompt: str) -> str:
        """Read a line from the terminal without blocking the loop; empty at the end of input."""
        tell(prompt)
        loop = asyncio.get_running_loop()
        self._typed = loop.create_future()
        loop.add_reader(sys.stdin, partial(_once, self._typed))
        try:
            there = await self._typed
        finally:
            loop.remove_reader(sys.stdin)
        typed = sys.stdin.buffer.readline() if there else b""
        self._over = not typed
        return typed.decode(errors="replace").strip()


@contextmanager
def _unseen(hidden: bool) -> Iterator[None]:
    """Switch off the terminal's echo in the block, if `hidden` (V5)."""
    if not hidden:
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    quiet = [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
    termios.tcsetattr(sys.stdin, termios.TCSADRAIN, quiet)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
        tell("\n")


def field_prompt(field: RequiredPrompt, otherwise: str) -> str:
    """Return the prompt of a field, with its default: `How large? (small, large) [small]: `."""
    prompt = field.prompt
    options = ", ".join(("true", "false") if prompt.kind == "checkbox" else prompt.options)
    empty = otherwise or ("leaves the question" if prompt.required else "may be empty")
    label = f"{field.label} ({options})" if options else field.label
    return f"{prompt.help}\n{label} [{empty}]: " if prompt.help else f"{label} [{empty}]: "


def prompt(choices: tuple[Answer, ...]) -> str:
    """Return the prompt of choices: `retry, ignore, fail, or leave it? [r/i/f/l] `."""
    return f"{', '.join(choices)}, or leave it? [{'/'.join((*(each[0] for each in choices), 'l'))}] "


def _once(future: "asyncio.Future[bool]") -> None:
    if not future.done():
        future.set_result(True)
