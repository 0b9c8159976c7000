"""Write every generated page and picture anew, and say which of them have changed: `python -m tests.docs`."""

from tests.docs.generated import DOCS, TUTORIAL, pages, pictures, tutorial_model

if __name__ == "__main__":
    TUTORIAL.write_text(tutorial_model(), "utf-8")  # the pages have examples from it
    for name, text in {**pages(), **pictures()}.items():
        path = DOCS / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
            print(f"docs/{name}")
