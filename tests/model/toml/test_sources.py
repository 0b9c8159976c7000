from pathlib import Path

import pytest

from octotui.model.complaints import ModelError
from octotui.model.toml.sources import Source, files_of
from tests.model.texts import write


def said(path: Path) -> str:
    with pytest.raises(ModelError) as caught:
        [Source(file) for file in files_of(path)]
    (complaint,) = caught.value.complaints
    return str(complaint)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    assert (
        said(tmp_path / "x.toml")
        == f"{tmp_path}/x.toml: There is no such file; `octotui init` writes one to start from."
    )


def test_a_folder_without_toml_is_one_sentence(tmp_path: Path) -> None:
    write(tmp_path, "", ".hidden.toml")
    assert said(tmp_path).startswith(f"{tmp_path}: No TOML file is in this folder;")


def test_what_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    assert said(tmp_path) == f"{tmp_path}/folder.toml: Cannot read this file: Is a directory."


def test_what_is_not_utf8_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_bytes(b"x = '\xe9'")
    assert said(file) == f"{file}: Cannot read this file: it is not text in UTF-8."


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a = 1\nb = = 2\n", ":2:5: This is not TOML: this is no value; text stands in quotes."),
        ("é = 1", ":1:1: This is not TOML: Invalid statement."),
        ("a = 1\nx = [", ":2:6: This is not TOML: a value is missing after the =."),
        (
            'a = "abc\nb = 1',
            ":1:9: This is not TOML: the text that begins in this line has no closing quote; ",
        ),
        ('a = abc"', ':1:5: This is not TOML: abc" is no value; text stands in quotes.'),
        ("a = yes # or no", ":1:5: This is not TOML: yes is no value; text stands in quotes."),
        ("sensitive = hunter2", ":1:13: This is not TOML: this is no value; text stands in quotes."),
        ("Db_Password = hunter2", ":1:15: This is not TOML: this is no value; text stands in quotes."),
        ("a = # none", ":1:5: This is not TOML: a value is missing after the =."),
        (
            "[a.b]\nc = 1\n[a.b]",
            ":3:5: This is not TOML: [a.b] stands here a second time; put its keys under ",
        ),
        ("['a b'.c]\n[x]\n['a b'.c]", ":3:9: This is not TOML: [a b.c] stands here a second time; "),
        ("[[a]]\n[a]", ":2:3: This is not TOML: [a] stands here a second time; "),
        ("a = 1\nb = '''\nx\n", ":3:2: This is not TOML: the text that begins in line 2 has no closing '''."),
        ('b = """\nx\n', ':2:2: This is not TOML: the text that begins in line 1 has no closing """.'),
        ("a = 'abc\nb = 1", ":2:6: This is not TOML: the text that begins in line 1 has no closing '."),
        (
            "a = 'abc\nb = 'x'",
            ":1:9: This is not TOML: the text that begins in this line has no closing quote; ",
        ),
        ("a = 1\nb = 'abc", ":2:9: This is not TOML: the text that begins in line 2 has no closing '."),
        ('b = "abc', ':1:9: This is not TOML: the text that begins in line 1 has no closing ".'),
        (
            '# it\'s a \\"comment\\" with """ in it\nb = """abc\n\nd',
            ':4:2: This is not TOML: the text that begins in line 2 has no closing """.',
        ),
        (
            "a = \"'''\" # '''\nb = '''x",
            ":2:9: This is not TOML: the text that begins in line 2 has no closing '''.",
        ),
        (
            "a = '''it's''''\nb = 'x",
            ":2:7: This is not TOML: the text that begins in line 2 has no closing '.",
        ),
        (
            'a = """\n\\""" # \'""""\nb = ""\nc = """\nx "y" #',
            ':5:8: This is not TOML: the text that begins in line 4 has no closing """.',
        ),
        (
            "a = '\u2028'\r\nb = 'x\r\n",
            ":2:7: This is not TOML: the text that begins in line 2 has no closing '.",
        ),
        (
            'a = "\u2028\x85" # "\nb = "x',
            ':2:7: This is not TOML: the text that begins in line 2 has no closing ".',
        ),
        ("a = []\n[[a]]", ":2:4: This is not TOML: a stands above already; put all of it there."),
        ("[a.b]\n[a]\nb.c = 1", ":3:8: This is not TOML: a.b stands above already; put all of it there."),
        ("a = 1\na = 2", ":2:6: This is not TOML: a has a value already; keep one of them."),
        (f"a = {'[' * 5000}", ":1:1: Lists or tables are nested too deeply."),
        (f"a = {'9' * 5000}", ":1:5005: This is not TOML: "),
    ],
)
def test_broken_toml_is_a_complaint_where_tomllib_stopped(tmp_path: Path, text: str, place: str) -> None:
    file = write(tmp_path, text)
    assert said(file).startswith(f"{file}{place}")


def test_the_files_of_a_folder_come_by_name(tmp_path: Path) -> None:
    for name in ("b.toml", "a.toml", "c.txt"):
        write(tmp_path, "", name)
    assert [file.name for file in files_of(tmp_path)] == ["a.toml", "b.toml"]
    assert files_of(tmp_path / "b.toml") == [tmp_path / "b.toml"]


def test_a_complaint_names_file_place_and_key(tmp_path: Path) -> None:
    source = Source(write(tmp_path, "\ufeff[space]\n  name = 5\n"))
    assert source.place(("space", "name")) == f"{tmp_path}/model.toml:2:3"
    assert str(source.complaint(("space", "name"), "No.")) == f"{tmp_path}/model.toml:2:3: space.name: No."


@pytest.mark.parametrize("key", [".".join("a" * 200), " . ".join("a" * 200), '"x".' * 150 + "b"])
@pytest.mark.parametrize("before", ["[", "", "a = {", "[["])
def test_keys_of_very_many_parts_are_refused_at_once(tmp_path: Path, before: str, key: str) -> None:
    file = write(tmp_path, f"# a long line before it: {'x' * 300}\n{before}{key}")
    assert said(file).startswith(f"{file}:2:1: Lists or tables are nested too deeply.")
