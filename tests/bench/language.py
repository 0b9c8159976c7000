"""The language: a text of 1 MB with 10,000 names, and ones with more in them, against Jinja2."""

import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial

import jinja2

from octotui.variables.syntax.scanner import read_uncached
from octotui.variables.template import Template
from tests.ratios import Ratio, measure

FILLER = "x" * 86  # fills a line of about 100 characters


def texts(names: int) -> dict[str, str]:
    """What is filled in: names alone, with some conditions among them, and filters in conditions."""
    mixed = (f"#{{if yes}}#{{name_{number}}}#{{/if}}{FILLER}\n" for number in range(0, names, 100))
    every = range(max(1, names // 5))
    return {
        "names": "".join(f"#{{name_{number}}}{FILLER}\n" for number in range(names)),
        "names and conditions": "".join(
            f"#{{name_{number}}}{FILLER}\n" if number % 100 else next(mixed) for number in range(names)
        ),
        "filters in conditions": "".join(
            f"#{{if yes}}#{{name_{number} | ToUpper}}#{{/if}}\n" for number in every
        ),
    }


def jinja_text(text: str) -> str:
    return (
        text.replace("#{if yes}", "{% if yes == 'true' %}")
        .replace("#{/if}", "{% endif %}")
        .replace("ToUpper", "upper")
    )


def environment() -> jinja2.Environment:
    return jinja2.Environment(variable_start_string="#{", variable_end_string="}", cache_size=0)


def ratio_of(ours: Callable[[], object], theirs: Callable[[], object], rounds: int) -> float:
    """Measure both, print their medians, and divide them."""
    times = []
    for work in (ours, theirs):
        took = []
        for _ in range(rounds):
            start = time.perf_counter()
            work()
            took.append(time.perf_counter() - start)
        times.append(statistics.median(took))
    print(f"ours {times[0] * 1000:.1f} ms, Jinja2 {times[1] * 1000:.1f} ms")
    return times[0] / times[1]


def main(names: int = 10_000, rounds: int = 5) -> Iterator[Ratio]:
    """Compare filling in each text, from the text and when it is parsed already."""
    values = {f"name_{number}": f"value {number}" for number in range(names)} | {"yes": "true"}
    read_uncached("#{if yes}#{/if}")
    for what, text in texts(names).items():
        most = 1.0 if what == "names" else float("inf")
        theirs = jinja_text(text)
        template, compiled = Template(text, read_uncached(text)), environment().from_string(theirs)
        assert template.fill(values).text.strip() == compiled.render(values).strip()

        def read(text: str = text) -> object:
            return Template(text, read_uncached(text)).fill(values)

        def compiled_anew(theirs: str = theirs) -> object:
            return environment().from_string(theirs).render(values)

        print(f"{what}, {len(text):,} characters:")
        yield Ratio(f"{what}, from text, ours / Jinja2", ratio_of(read, compiled_anew, rounds), most)
        parsed = ratio_of(partial(template.fill, values), partial(compiled.render, values), rounds)
        yield Ratio(f"{what}, parsed already, ours / Jinja2", parsed, most)


if __name__ == "__main__":
    measure(main, names=5, rounds=1)
