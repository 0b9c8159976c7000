"""Numbers formatted as in .NET, culture en-US."""

import re
from decimal import ROUND_HALF_UP, Decimal, localcontext

import msgspec

NUMBER = re.compile(r"\s*[+-]?(?:\d[\d,]*(?:\.\d*)?|\.\d+)\s*", re.ASCII)
LONGEST = 40  # characters of a number
LONGEST_FORM = 128  # characters of a format
STANDARD = re.compile(r"([A-Za-z])(\d{0,2})")
TOKEN = re.compile(r"'[^']*+'|\"[^\"]*+\"|\\.|.", re.DOTALL)


class Section(msgspec.Struct):
    """A parsed section of a custom format: the tokens before and after the decimal point."""

    whole: list[str]
    fraction: list[str]
    thousands: bool
    percent: bool


def read_number(text: str) -> Decimal | None:
    """Parse a number, or return None."""
    if len(text) > LONGEST or not NUMBER.fullmatch(text):
        return None
    return Decimal(text.strip().replace(",", ""))


def write_number(number: Decimal, form: str, *, integer: bool = False) -> str | None:
    """Format a number in a .NET format, standard or custom; None for an unknown format."""
    if len(form) > LONGEST_FORM:
        return None
    with localcontext(prec=2 * LONGEST + 100):
        standard = STANDARD.fullmatch(form or "G")
        if standard is None:
            return _custom(number, form)
        kind, digits = standard[1], int(standard[2] or -1)
        if integer and kind in "dDxX":
            return _integer(int(number), kind, max(digits, 1))
        written = _standard(abs(number), kind, digits)
        return f"-{written}" if written and number < 0 else written


def _standard(size: Decimal, kind: str, digits: int) -> str | None:
    places = 2 if digits < 0 else digits
    match kind.upper():
        case "C":
            return f"${_rounded(size, places):,f}"
        case "F":
            return f"{_rounded(size, places):f}"
        case "N":
            return f"{_rounded(size, places):,f}"
        case "P":
            return f"{_rounded(size * 100, places):,f}%"
        case "G" | "R":
            return f"{size:f}"
        case "E":
            return _scientific(size, kind, 6 if digits < 0 else digits)
    return None


def _integer(number: int, kind: str, digits: int) -> str:
    if kind in "xX":
        return f"{number % 2**32:0{digits}{kind}}"
    return f"{'-' if number < 0 else ''}{abs(number):0{digits}}"


def _scientific(size: Decimal, kind: str, digits: int) -> str:
    mantissa, _, exponent = f"{size:.{digits}e}".partition("e")
    return f"{mantissa}{kind}{exponent[0]}{exponent[1:]:0>3}"


def _rounded(number: Decimal, places: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _custom(number: Decimal, form: str) -> str:
    """Apply a custom format; its sections, separated by semicolons, are for positive, negative, zero."""
    sections = _sections(form)
    which = 1 if number < 0 and len(sections) > 1 else 2 if number == 0 and len(sections) > 2 else 0
    if not sections[which]:
        which = 0
    section = _parsed_section(sections[which])
    size = _rounded(
        abs(number) * (100 if section.percent else 1), sum(each in "0#" for each in section.fraction)
    )
    whole, _, fraction = f"{size:f}".partition(".")
    sign = "-" if number < 0 and which == 0 and size else ""
    return sign + _whole(section, whole.lstrip("0")) + _fraction(section, fraction)


def _sections(form: str) -> list[list[str]]:
    sections: list[list[str]] = [[]]
    for token in TOKEN.findall(form):
        if token == ";":
            sections.append([])
        else:
            sections[-1].append(token)
    return sections[:3]


def _parsed_section(tokens: list[str]) -> Section:
    point = tokens.index(".") if "." in tokens else len(tokens)
    whole, fraction = tokens[:point], tokens[point + 1 :]
    digits = [at for at, token in enumerate(whole) if token in "0#"]
    commas = [at for at, token in enumerate(whole) if token == ","]
    thousands = bool(digits) and any(digits[0] < at < digits[-1] for at in commas)
    return Section([each for each in whole if each != ","], fraction, thousands, "%" in tokens)


def _whole(section: Section, digits: str) -> str:
    """Place the integer digits from the right; the leftmost placeholder takes all that are left."""
    places = [at for at, token in enumerate(section.whole) if token in "0#"]
    zeros = [at for at in places if section.whole[at] == "0"]
    padded = digits.rjust(len(places) - places.index(zeros[0]) if zeros else 0, "0")
    done: list[str] = []
    written = 0
    for at in range(len(section.whole) - 1, -1, -1):
        token = section.whole[at]
        if at not in places:
            done.append(_literal(token))
            continue
        for digit in reversed(
            padded[: len(padded) - written] if at == places[0] else padded[-written - 1 :][:1]
        ):
            if written == len(padded):
                break
            done.append("," if section.thousands and written and written % 3 == 0 else "")
            done.append(digit)
            written += 1
    return "".join(reversed(done))


def _fraction(section: Section, digits: str) -> str:
    """Place the fraction digits, without trailing zeros where the format has `#`."""
    places = [token for token in section.fraction if token in "0#"]
    needed = max((at + 1 for at, token in enumerate(places) if token == "0"), default=0)
    kept = digits[:needed] + digits[needed:].rstrip("0")
    left = iter(kept)
    done = "".join(next(left, "") if token in "0#" else _literal(token) for token in section.fraction)
    return f".{done}" if kept else done


def _literal(token: str) -> str:
    if token[0] in "'\"":
        return token[1:-1]
    return token[1:] if token[0] == "\\" else token
