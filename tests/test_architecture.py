"""The house: no file too long, a test file for each, and only the rooms that draw load Textual."""

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SENT = (
    ROOT / "octotui" / "workers" / "helpers"
)  # what goes to workers; proved in tests/workers/test_helpers.py
FILES = sorted(each for each in (ROOT / "octotui").rglob("*.py") if each.parent != SENT)
PURE = ("model", "variables", "engine", "views")
FORBIDDEN = ("asyncio", "time", "random", "threading", "subprocess", "logging", "sqlite3", "textual", "rich")

UNMIRRORED = {
    "__init__.py": "says what a room is for, and holds no code",
}
"""Files without a test file of their own, and why."""


def name(path: Path) -> str:
    return path.relative_to(ROOT / "octotui").as_posix()


@pytest.mark.parametrize("path", FILES, ids=name)
def test_no_file_is_longer_than_400_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


@pytest.mark.parametrize(
    "path",
    [each for each in FILES if each.parent != ROOT / "octotui" and each.name not in UNMIRRORED],
    ids=name,
)
def test_every_file_has_a_test_file(path: Path) -> None:
    assert (ROOT / "tests" / path.relative_to(ROOT / "octotui").with_name(f"test_{path.name}")).is_file()


FACES = [each for each in FILES if each.name == "__init__.py" and each.parent != ROOT / "octotui"]
OWN_WORDS = {
    *(
        "attached",
        "crew",
        "desk",
        "film",
        "heed",
        "kept",
        "looking",
        "memo",
        "misfit",
        "reel",
        "reels",
        "said",
    ),
    *("seat", "seats", "tidy", "told"),
}
"""Words that a reader would not search for: no public name has one of them."""
OWN_NAMES = {
    *(
        "Attached",
        "Ending",
        "Found",
        "Given",
        "Left",
        "Line",
        "Mirror",
        "OnDisk",
        "Pace",
        "PassedOver",
        "Place",
    ),
    *("Row", "Series", "Shown", "Start", "Turn", "Unreadable", "Unstartable", "Work"),
}
"""Names that said too little to tell one class from another."""


@pytest.mark.parametrize("path", FACES, ids=name)
def test_rooms_say_what_they_are_for(path: Path) -> None:
    """Two sentences or more with what never lives there; then at most the names of its own files."""
    body = ast.parse(path.read_text()).body
    assert isinstance(body[0], ast.Expr)
    text = ast.get_docstring(ast.Module(body, [])) or ""
    assert text.count(".") >= 2
    assert re.search(r"\b[Nn]ever\b", text)
    room = ".".join(path.parent.relative_to(ROOT).parts)
    for each in body[1:]:
        own = isinstance(each, ast.ImportFrom) and (each.module or "").startswith(f"{room}.")
        assert own or isinstance(each, ast.Assign)


@pytest.mark.parametrize("path", [each.parent for each in FACES], ids=name)
def test_a_folder_holds_about_15_files(path: Path) -> None:
    files = [each for each in path.glob("*.py") if each.name != "__init__.py"]
    assert len(files) <= 15 or name(path) == "cli/verbs"


def public_names() -> Iterator[tuple[str, str]]:
    """Each public module, class, function, method and field, and where it stands."""
    for path in FILES:
        where = name(path)
        yield path.stem, where
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                yield node.name, where
            for each in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield each.name, f"{where} {node.name}"
                elif isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
                    yield each.target.id, f"{where} {node.name}"


def words(identifier: str) -> list[str]:
    return [each.lower() for each in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", identifier)]


def test_public_names_are_words_that_are_searched_for() -> None:
    private = [
        f"{where}: {each}"
        for each, where in public_names()
        if not each.startswith("_") and (each in OWN_NAMES or OWN_WORDS.intersection(words(each)))
    ]
    assert not private


def test_a_class_name_means_one_thing() -> None:
    defined = Counter(each for each, where in public_names() if each[0].isupper() and where.endswith(".py"))
    assert [each for each, count in defined.items() if count > 1] == []


@pytest.mark.parametrize("path", [each for each in FILES if name(each).startswith(PURE)], ids=name)
def test_the_core_is_pure(path: Path) -> None:
    imported: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported.update(each.name.partition(".")[0] for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
    assert not imported & set(FORBIDDEN)


MAKERS = {"touch", "write_text", "write_bytes", "makedirs", "copyfile", "copytree", "copy2", "mkfifo"}
OWN_MODE = {
    "store/private_files.py": "makes what is private, for all others",
    "cli/verbs/init.py": "writes a model, which is no file of a space",
}
"""Files that make files with a mode of their own, and why."""


def loose_makers(path: Path) -> Iterator[int]:
    """The lines at which a file or folder is made whose mode the umask decides."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        of_os = isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "os"
        mode = node.args[1:] if isinstance(node.func, ast.Name) or of_os else node.args
        writes = mode and isinstance(mode[0], ast.Constant) and str(mode[0].value)[:1] in "wax"
        if (
            (name in MAKERS and isinstance(node.func, ast.Attribute))
            or (name == "mkdir" and (not mode or any(each.arg == "parents" for each in node.keywords)))
            or (name == "open" and not of_os and writes and not any(e.arg == "opener" for e in node.keywords))
            or (name == "open" and of_os and "O_CREAT" in ast.unparse(node) and len(node.args) < 3)
        ):
            yield node.lineno


@pytest.mark.parametrize("path", [each for each in FILES if not name(each).startswith("ui/")], ids=name)
def test_i9_no_umask_decides_on_the_mode_of_a_file(path: Path) -> None:
    """I9: files of a space are made by `store/private_files.py`, or with a mode and without what is above."""
    if name(path) not in OWN_MODE:
        assert list(loose_makers(path)) == []


@pytest.mark.parametrize(
    "line",
    [
        "path.mkdir(parents=True)",
        "path.mkdir()",
        "path.mkdir(0o700, parents=True)",
        "os.mkdir(path)",
        "os.makedirs(path, 0o700)",
        "path.touch(0o600)",
        'path.write_bytes(b"")',
        'path.open("ab")',
        'open(path, "w")',
        "shutil.copyfile(a, b)",
        "os.open(path, os.O_CREAT)",
    ],
)
def test_i9_what_makes_files_by_the_umask_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "code.py").write_text(line)
    assert list(loose_makers(tmp_path / "code.py")) == [1]


DOORS = {
    "octotui/cli/terminal/output.py": {"print", "echo", "secho", "getpass"},
    "octotui/ui/widgets/plain_text.py": {"Static", "Label", "Link", "Collapsible", "print"},
    "octotui/ui/widgets/markdown_text.py": {"Markdown", "MarkdownViewer"},
}
"""Where texts go out, and the names that only these files of their room use to that end."""


def used_names(path: Path) -> set[str]:
    """Names and attributes that a file uses; what is only asked, such as `sys.stdout.isatty`, is no use."""
    nodes = [*ast.walk(ast.parse(path.read_text()))]
    asked = {id(each.value) for each in nodes if isinstance(each, ast.Attribute) and each.attr == "isatty"}
    names = {each.id for each in nodes if isinstance(each, ast.Name)}
    return names | {each.attr for each in nodes if isinstance(each, ast.Attribute) and id(each) not in asked}


def test_r6_standard_streams_are_written_to_by_one_door_that_another_file_makes() -> None:
    named = {
        path.name for path in (ROOT / "octotui/cli").rglob("*.py") if used_names(path) & {"stdout", "stderr"}
    }
    assert named == {"output.py", "standard_streams.py"}


@pytest.mark.parametrize("door", DOORS)
def test_r6_texts_go_out_by_one_door(door: str) -> None:
    room = ROOT / "/".join(door.split("/")[:2])
    around = [each for each in room.rglob("*.py") if each != ROOT / door and used_names(each) & DOORS[door]]
    assert used_names(ROOT / door) & DOORS[door]
    assert around == []


def test_importing_everything_but_ui_loads_no_textual() -> None:
    modules = [
        "octotui." + name(each).removesuffix(".py").replace("/", ".")
        for each in FILES
        if not name(each).startswith(("ui/", "__main__"))
    ]
    code = f"import importlib, sys\nfor each in {modules}: importlib.import_module(each)\n"
    code += "assert not {'textual', 'rich'} & set(sys.modules), 'only ui draws'"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


WIDGETS = [each for each in FILES if each.parent.parent == ROOT / "octotui" / "ui"]


@pytest.mark.parametrize("path", WIDGETS, ids=name)
def test_what_a_widget_knows_is_there_before_it_is_mounted(path: Path) -> None:
    """A key bar asks panels for it as soon as it is mounted itself, in whatever order."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef):
            functions = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}
            made = set(_assigned(functions.get("on_mount")))
            assert made <= set(_assigned(functions.get("__init__"))), node.name


def _assigned(function: ast.FunctionDef | None) -> Iterator[str]:
    """The private attributes that a function gives a value."""
    for each in ast.walk(function) if function else ():
        if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store) and each.attr.startswith("_"):
            yield each.attr
