"""Write all that is generated anew, and say which of it has changed: `python -m tests.docs`."""

from pathlib import Path

from tests.docs.generated import DOCS, SCHEMA, TUTORIAL, pages, pictures, printed_schema, tutorial_model


def write(path: Path, text: str) -> None:
    """Write a file where it is another one, and say so."""
    if not path.exists() or path.read_text("utf-8") != text:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        print(path.relative_to(DOCS.parent))


if __name__ == "__main__":
    write(SCHEMA, printed_schema())
    write(TUTORIAL, tutorial_model())  # the pages have examples from it
    for name, text in {**pages(), **pictures()}.items():
        write(DOCS / name, text)
