"""The language: a text of 1 MB with 10,000 names, and ones with more in them, against Jinja2."""

import statistics
import time

import jinja2

from octotui.variables.syntax.scanner import read_anew
from octotui.variables.template import Template

NAMES = 10_000
SIZE = 1_000_000
ROUNDS = 5
VALUES = {f"name_{number}": f"value {number}" for number in range(NAMES)} | {"yes": "true"}
FILLER = "x" * (SIZE // NAMES - 14)

PLAIN = "".join(f"#{{name_{number}}}{FILLER}\n" for number in range(NAMES))
MIXED = "".join(
    f"#{{if yes}}#{{name_{number}}}#{{/if}}{FILLER}\n"
    if number % 100 == 0
    else f"#{{name_{number}}}{FILLER}\n"
    for number in range(NAMES)
)
EVERY = "".join(f"#{{if yes}}#{{name_{number} | ToUpper}}#{{/if}}\n" for number in range(NAMES // 5))


def jinja_text(text: str) -> str:
    return (
        text.replace("#{if yes}", "{% if yes == 'true' %}")
        .replace("#{/if}", "{% endif %}")
        .replace("ToUpper", "upper")
    )


def environment() -> jinja2.Environment:
    return jinja2.Environment(variable_start_string="#{", variable_end_string="}", cache_size=0)


def median(work) -> float:
    took = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return statistics.median(took)


def main() -> None:
    read_anew("#{if yes}#{/if}")
    for what, text in (
        ("names", PLAIN),
        ("names, and 100 conditions", MIXED),
        ("2,000 filters in conditions", EVERY),
    ):
        theirs = jinja_text(text)
        template, compiled = Template(text, read_anew(text)), environment().from_string(theirs)
        assert template.fill(VALUES).text.strip() == compiled.render(VALUES).strip()
        whole = (
            median(lambda text=text: Template(text, read_anew(text)).fill(VALUES)),
            median(lambda theirs=theirs: environment().from_string(theirs).render(VALUES)),
        )
        parsed = (
            median(lambda template=template: template.fill(VALUES)),
            median(lambda compiled=compiled: compiled.render(VALUES)),
        )
        for which, (ours, other) in (("from text", whole), ("parsed already", parsed)):
            print(
                f"{what}, {len(text):,} characters, {which}: {ours * 1000:.1f} ms, "
                f"Jinja2 {other * 1000:.1f} ms, ratio {ours / other:.3f} (wanted of names: at most 1)"
            )


if __name__ == "__main__":
    main()
