"""Colours and attributes of a job's output, set by SGR codes such as `1;31` or `38;2;1;2;3`."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

Colour = int | tuple[int, int, int]
"""A number of the terminal's palette (0 to 255), or red, green and blue."""

BLACK = (0, 0, 0)
ON = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse", 9: "strike", 21: "underline2"}
OFF = {22: {"bold", "dim"}, 23: {"italic"}, 24: {"underline", "underline2"}, 27: {"reverse"}, 29: {"strike"}}


class TextStyle(NamedTuple):
    """The colours and attributes that are in effect; a colour that hides text is dropped."""

    foreground: Colour | None = None
    background: Colour | None = None
    flags: frozenset[str] = frozenset()

    @property
    def hides(self) -> bool:
        """Whether text would be unreadable: in its background's colour, or black on a possibly dark one."""
        under = BLACK if self.background is None else _mixed(self.background)
        return self.foreground is not None and _mixed(self.foreground) == under


@lru_cache(2048)
def applied(style: TextStyle, codes: str) -> TextStyle:
    """Apply one SGR sequence; hidden, blinking (5, 6, 8) and unknown attributes are ignored."""
    numbers = _numbers(codes)
    for number in numbers:
        match number:
            case 0:
                style = TextStyle()
            case 38 | 39:
                style = style._replace(foreground=_colour(numbers) if number == 38 else None)
            case 48 | 49:
                style = style._replace(background=_colour(numbers) if number == 48 else None)
            case 58:
                _colour(numbers)  # colour of the underline, which is not shown
            case _ if 30 <= number % 60 <= 37 and number < 98:
                style = style._replace(foreground=number % 10 + 8 * (number > 89))
            case _ if 40 <= number % 60 <= 47 and number < 108:
                style = style._replace(background=number % 10 + 8 * (number > 99))
            case _:
                style = style._replace(
                    flags=style.flags - OFF.get(number, set()) | {*filter(None, [ON.get(number)])}
                )
    return style


def sequence(style: TextStyle) -> str:
    """Return the escape sequence that sets a terminal to this style from any other."""
    flags = (number for number, flag in ON.items() if flag in style.flags)
    foreground = () if style.hides else _parameters(38, style.foreground)
    numbers = (0, *flags, *foreground, *_parameters(48, style.background))
    return f"\x1b[{';'.join(map(str, numbers))}m"


def _mixed(colour: Colour) -> Colour:
    """Convert a colour to RGB, except those of the palette that terminals define."""
    if not isinstance(colour, int) or 0 < colour < 16:
        return colour
    if colour >= 232:
        grey = 8 + 10 * (colour - 232)
        return grey, grey, grey
    red, green, blue = ((max(0, colour - 16) // each) % 6 for each in (36, 6, 1))
    return _level(red), _level(green), _level(blue)


def _level(step: int) -> int:
    """Return one of six levels of the palette's colour cube."""
    return 55 + 40 * step if step else 0


def _parameters(kind: int, colour: Colour | None) -> tuple[int, ...]:
    if colour is None:
        return ()
    return (kind, 5, colour) if isinstance(colour, int) else (kind, 2, *colour)


def _numbers(codes: str) -> Iterator[int]:
    """Yield the numbers of an SGR sequence; of `a:b:c` all if it is a colour, else the first."""
    for part in () if codes[:1] in {*"<=>?"} else codes.split(";"):
        pieces = [piece for piece in part.split(":") if piece] or ["0"]
        if pieces[0] not in {"38", "48", "58"}:
            del pieces[1:]
        elif len(pieces) == 6:  # 38:2:SPACE:r:g:b
            del pieces[2]
        yield from (int(piece) if piece.isdecimal() and len(piece) < 5 else -1 for piece in pieces)


def _colour(numbers: Iterator[int]) -> Colour | None:
    """Parse the colour after a 38 or 48: `5;n` or `2;r;g;b`."""
    kind = next(numbers, -1)
    parts = [next(numbers, -1) for _ in range({5: 1, 2: 3}.get(kind, 0))]
    if not parts or not all(0 <= part <= 255 for part in parts):
        return None
    return parts[0] if kind == 5 else (parts[0], parts[1], parts[2])
