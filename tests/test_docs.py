"""The pages: what is generated is not stale, links resolve, and commands and models in them are right."""

import os
import plistlib
import re
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import click
import pytest

from octotui.cli.model_files import read_with_warnings
from octotui.model.system_variables import SYSTEM_VARIABLES
from octotui.model.toml.specs.process_spec import DOCKERFILE, TEMPLATE
from octotui.model.toml.specs.space_spec import MODEL
from octotui.model.toml.templates import read_template
from octotui.model.toml.validate import Validator
from octotui.store.user_config import CONFIG
from tests.docs import markdown_pages as markdown
from tests.docs.commands import command_lines, parse, unknown_words
from tests.docs.generated import DOCS, PAGES, pages
from tests.docs.key_examples import example
from tests.docs.markdown_pages import ROOT, CodeBlock
from tests.docs.model_reference import tables
from tests.docs.pictures import PICTURES, draw

FILES = markdown.files()
RULES = set(re.findall(r"^- \*\*(\w+)\*\*", (DOCS / "rules.md").read_text("utf-8"), re.MULTILINE))
REGENERATE = "run `python -m tests.docs`, look at what has changed, and commit it"
PLACES = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "RELEASE": "1.2.0"}
LANGUAGES = {"sh", "toml", "text", "ini", "xml", "json", "python", "diff"}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def read(path: Path) -> str:
    return path.read_text("utf-8")


@cache
def anchors(path: Path) -> list[str]:
    return markdown.anchors(read(path))


@pytest.mark.parametrize("page", PAGES)
def test_a_generated_page_is_not_stale(page: str) -> None:
    assert pages()[page] == read(DOCS / page), REGENERATE


@pytest.mark.parametrize("picture", PICTURES)
def test_a_picture_is_not_stale(picture: str) -> None:
    drawn = draw(PICTURES[picture])
    assert drawn == read(DOCS / "pictures" / f"{picture}.svg"), REGENERATE
    assert len(drawn) < 80_000


def test_every_picture_is_generated_and_shown() -> None:
    assert {each.stem for each in (DOCS / "pictures").iterdir()} == set(PICTURES)
    shown = {Path(each).stem for file in FILES for each in markdown.links(read(file)) if "pictures/" in each}
    assert shown == set(PICTURES)


@pytest.mark.parametrize("file", FILES, ids=name)
def test_links_resolve(file: Path) -> None:
    broken = []
    for link in markdown.links(read(file)):
        if re.match(r"https?://", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (file.parent / path).resolve() if path else file
        if (
            not target.exists()
            or ROOT not in (target, *target.parents)
            or (anchor and anchor not in anchors(target))
        ):
            broken.append(link)
    assert not broken


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen, open_pages = {ROOT / "README.md"}, [ROOT / "README.md"]
    while open_pages:
        page = open_pages.pop()
        for link in markdown.links(read(page)):
            target = (page.parent / link.partition("#")[0]).resolve()
            if target.suffix == ".md" and target.is_file() and target not in seen:
                seen.add(target)
                open_pages.append(target)
    unreached = {each for each in FILES if ".github" not in each.parts} - seen
    assert {name(each) for each in unreached} <= {"tests/samples/README.md"}


def test_every_example_is_listed() -> None:
    listed = {Path(each).name for each in markdown.links(read(DOCS / "examples.md"))}
    assert {each.name for each in (ROOT / "configs").glob("*.toml")} <= listed


def test_the_readme_is_short() -> None:
    assert len(read(ROOT / "README.md").splitlines()) <= 130


@pytest.mark.parametrize("file", FILES, ids=name)
def test_commands_in_code_blocks_parse(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for link in ROOT.iterdir():
        if link.name in ("configs", "docs"):
            (tmp_path / link.name).symlink_to(link)
    for block in markdown.code_blocks(read(file)):
        assert block.words and block.words[0] in LANGUAGES, f"line {block.line}: say its language"  # noqa: PT018
        if block.words[0] != "sh":
            continue
        checked = subprocess.run(
            ["bash", "-n"], input=block.text, capture_output=True, text=True, check=False
        )
        assert not checked.stderr, f"line {block.line}"
        for line in command_lines(block.text):
            try:
                parse(line)
            except click.exceptions.Exit:
                pass  # --help and --version end the call
            except click.ClickException as error:
                pytest.fail(f"line {block.line}: octotui {line}: {error.format_message()}")


@pytest.mark.parametrize("file", [each for each in FILES if each.name != "CHANGELOG.md"], ids=name)
def test_verbs_and_options_in_sentences_exist(file: Path) -> None:
    spans = [each for each in markdown.code_spans(read(file)) if each.startswith("octotui ")]
    wrong = {each: unknown for each in spans if (unknown := unknown_words(each))}
    assert not wrong


@pytest.mark.parametrize(
    "line",
    [
        "rnu a.toml b",
        "run a.toml",
        "run a.toml b --detatch",
        "runs a.toml --limit x",
        "template lost",
        "schema x",
    ],
)
def test_a_command_that_is_wrong_is_found(line: str) -> None:
    (found,) = command_lines(f"cd x && octotui {line} > out.txt  # why\n")
    assert found == line
    with pytest.raises(click.ClickException):
        parse(line)


def test_words_of_a_sentence_that_are_wrong_are_found() -> None:
    assert unknown_words("octotui rnu FILE") == ["rnu"]
    assert unknown_words("octotui run FILE … --detatch") == ["--detatch"]
    assert unknown_words("octotui run FILE --set A=1") == unknown_words("octotui FILE") == []


def test_the_helper_functions_are_there() -> None:
    """The table of scripts.md names what the helpers define, shell by shell."""
    helpers = ROOT / "octotui" / "workers" / "helpers"
    shells = [read(helpers / each) for each in ("octopus.sh", "octopus.py", "octopus.ps1")]
    _, _, table = read(DOCS / "scripts.md").partition("| | bash, sh | Python | PowerShell |")
    cells = [each.split("|")[2:5] for each in table.split("\n\n")[0].splitlines()[2:]]
    named = [
        (word[1], shell)
        for row in cells
        for cell, shell in zip(row, shells, strict=True)
        if (word := re.search(r"`\$?([\w-]+)", cell))
    ]
    assert len(named) > 20
    wrong = [
        word for word, shell in named if not re.search(rf"(^|def |function |\$){word}\b", shell, re.MULTILINE)
    ]
    assert not wrong


def test_the_variables_that_octotui_sets_are_listed() -> None:
    page = read(DOCS / "variables.md")
    names = {tuple(each.replace("[*]", "").rsplit(".", 1)) for each in SYSTEM_VARIABLES}
    assert len(names) > 20
    assert [each for each in names if not (".".join(each) in page or f".{each[1]}" in page)] == []


def test_examples_of_keys_fit_them() -> None:
    """Each is TOML, and the reader has nothing to say of its value."""
    problems: list[str] = []
    reader = Validator(ROOT, lambda at, problem: problems.append(f"{at}: {problem}"))
    for shape in tables(MODEL, TEMPLATE, CONFIG):
        for key in shape.keys:
            if toml := example(shape, key).toml:
                reader.read(shape.keys[key].shape, tomllib.loads(toml)[key], (key,))
    assert not problems


@pytest.mark.parametrize("file", FILES, ids=name)
def test_rules_that_are_named_exist(file: Path) -> None:
    named = re.findall(r"\(([A-Z]\d{1,2})(?:, ([A-Z]\d{1,2}))*\)", read(file))
    assert {each for group in named for each in group if each} <= RULES


BEFORE = {"projects.md": "", "operations.md": "octotui run configs/kraken.toml inspect", "variables.md": ""}


@pytest.mark.parametrize("page", BEFORE)
def test_what_a_page_says_to_call_succeeds(page: str, tmp_path: Path) -> None:
    """Every block of a shell in one folder, one after the other, in a state directory of its own."""
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    (tmp_path / "version.txt").write_text("1.2.0\n")
    blocks = [each.text for each in markdown.code_blocks(read(DOCS / page)) if each.words == ("sh",)]
    script = "\n".join(["set -e", BEFORE[page], *blocks])
    done = subprocess.run(
        ["bash", "-c", script.replace("replay run-1.zip ", "replay run-1.zip --plain ")],
        cwd=tmp_path,
        env={**os.environ, **PLACES, "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def check(block: CodeBlock, folder: Path) -> None:
    """Judge a block of TOML by its words: a model (the rule), part of one, a template, or settings."""
    match block.words[1:]:
        case ("template",):
            (folder / "its-own.toml").write_text(block.text)
            read_template("its-own", folder / "its-own.toml")
        case ("settings",):
            Validator(folder, lambda at, problem: pytest.fail(problem)).read(
                CONFIG, tomllib.loads(block.text)
            )
        case ("continued",):
            pass  # blocks of one model: judged together by who knows their order
        case ():
            head = "" if "[space]" in block.text else '[space]\nname = "Docs"\n'
            (folder / "model.toml").write_text(head + block.text)
            _, warnings = read_with_warnings(folder / "model.toml")
            assert not warnings
        case words:
            pytest.fail(f"line {block.line}: nobody knows what {words} means here")


@pytest.mark.parametrize("file", FILES, ids=name)
def test_models_in_code_blocks_are_clean(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, block in enumerate(markdown.code_blocks(read(file))):
        if block.words[:1] == ("toml",):
            folder = tmp_path / str(number)
            shutil.copytree(ROOT / "configs", folder, ignore=shutil.ignore_patterns("*.toml", "*.md"))
            shutil.copytree(ROOT / "configs" / "templates", folder / "templates", dirs_exist_ok=True)
            (folder / "packages").mkdir(exist_ok=True)
            check(block, folder)


UNIT, DAEMON = DOCS / "octotui.service", DOCS / "octotui.plist"


@pytest.fixture
def installed() -> str:
    """The program that is here, in place of the one that the files name."""
    return str(Path(sys.executable).with_name("octotui"))


def test_the_systemd_unit_is_one(tmp_path: Path, installed: str) -> None:
    text = read(UNIT)
    (command,) = re.findall(r"^ExecStart=/opt/octotui/bin/octotui (.*)$", text, re.MULTILINE)
    parse(command)
    assert "KillMode=process" in text.splitlines()
    if shutil.which("systemd-analyze"):
        (tmp_path / UNIT.name).write_text(text.replace("/opt/octotui/bin/octotui", installed))
        words = ["systemd-analyze", "verify", str(tmp_path / UNIT.name)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_launchd_daemon_is_one() -> None:
    daemon = plistlib.loads(DAEMON.read_bytes())
    program, *words = daemon["ProgramArguments"]
    assert program == "/opt/octotui/bin/octotui"
    parse(" ".join(words))
    assert daemon["AbandonProcessGroup"] is True
    if shutil.which("plutil"):
        subprocess.run(["plutil", "-lint", str(DAEMON)], check=True, stdout=subprocess.DEVNULL)


def test_the_workflow_runs_the_command_that_the_readme_says() -> None:
    workflow, script = read(ROOT / ".github" / "workflows" / "tests.yml"), read(ROOT / ".ci" / "run")
    (pattern,) = set(re.findall(r"sed -n '(.+?)' README.md", workflow + script))
    (command,) = re.findall(r"^(python3 -m venv .*pytest)$", read(ROOT / "README.md"), re.MULTILINE)
    assert pattern == r"s/^\(python3 -m venv .*pytest\)$/\1/p"
    assert command.endswith(".venv/bin/pytest")
    pythons = set(re.findall(r'"(3\.\d+)"', workflow))
    assert pythons == set(re.findall(r"Python :: (3\.\d+)", read(ROOT / "pyproject.toml")))


def test_the_justfile_calls_what_there_is() -> None:
    text = read(ROOT / "justfile")
    assert {"test", "lint", "bench", "snap", "docs"} <= set(
        re.findall(r"^(\w+)(?: [^:\n]*)?:(?!=)", text, re.MULTILINE)
    )
    for script in re.findall(r"\.ci/\w+", text):
        assert os.access(ROOT / script, os.X_OK)
    if just := shutil.which("just"):
        subprocess.run([just, "--list"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def test_the_example_of_a_dockerfile_is_no_password():
    assert "dockerfile" in example(DOCKERFILE, "file").toml
