"""Asking at the terminal: a question, an answer, and notes."""

import asyncio
import sys
from functools import partial

from octotui.engine.state import Interruption
from octotui.engine.terms import Answer


class Asking:
    """Who sits at the terminal, if anybody."""

    def __init__(self) -> None:
        self._typed: asyncio.Future[bool] | None = None

    @property
    def possible(self) -> bool:
        """Whether there is a terminal to ask at."""
        return sys.stdin is not None and sys.stdin.isatty()

    async def ask(self, question: Interruption, title: str, told: str) -> tuple[Answer | None, str]:
        """Say what is to be read first, and ask for one of the choices or none, and for notes."""
        _tell(f"\n{question.run} asks: {title}\n\n{told.strip()}\n\n")
        answers = {word: each for each in question.choices for word in (each, each[0])}
        while True:
            word = (await self._line(prompt(question.choices))).lower()
            if word in ("l", "leave", ""):
                return None, ""
            if word in answers:
                return answers[word], await self._line("notes (may be empty): ")

    def give_up(self) -> None:
        """Take whatever is being asked as left."""
        if self._typed is not None and not self._typed.done():
            self._typed.set_result(False)

    async def _line(self, prompt: str) -> str:
        """A line typed at the terminal, without holding up the session; nothing at the end of input."""
        _tell(prompt)
        loop = asyncio.get_running_loop()
        self._typed = loop.create_future()
        loop.add_reader(sys.stdin, partial(_once, self._typed))
        try:
            there = await self._typed
        finally:
            loop.remove_reader(sys.stdin)
        return sys.stdin.buffer.readline().decode(errors="replace").strip() if there else ""


def prompt(choices: tuple[Answer, ...]) -> str:
    """What may be typed: `retry, ignore, fail, or leave it? [r/i/f/l] `."""
    return f"{', '.join(choices)}, or leave it? [{'/'.join((*(each[0] for each in choices), 'l'))}] "


def _tell(text: str) -> None:
    print(text, end="", file=sys.stderr, flush=True)


def _once(future: "asyncio.Future[bool]") -> None:
    if not future.done():
        future.set_result(True)
