"""R9: nothing is looked for where we stand."""

import os
import sys
from pathlib import Path

import pytest

from octotui.workers import search_path


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current directory with programs of a stranger."""
    folder = tmp_path / "hostile"
    (folder / "bin").mkdir(parents=True)
    for name in ("sh", "only-here", "bin/sh", "bin/only-here"):
        (folder / name).write_text("#!/bin/sh\nexit 66\n")
        (folder / name).chmod(0o755)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("first", ["", ".", "./", "bin", "../hostile"])
def test_r9_a_program_is_looked_for_in_absolute_folders_alone(
    hostile: Path, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    for path in (f"{first}:/usr/bin:/bin", f"/usr/bin:{first}:/bin", f"/usr/bin:/bin:{first}"):
        monkeypatch.setenv("PATH", path)
        assert search_path.find("sh") in ("/usr/bin/sh", "/bin/sh")
        assert search_path.find("only-here") is None
        assert search_path.absolute(path) == "/usr/bin:/bin"


def test_r9_a_path_to_a_program_says_where_it_is_from_the_root(
    hostile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert search_path.find("./sh") is search_path.find("bin/sh") is None
    assert search_path.find(str(hostile / "sh")) == str(hostile / "sh")
    monkeypatch.setenv("PATH", str(hostile))
    assert search_path.find("only-here") == str(hostile / "only-here"), "who names it means it"


def test_r9_a_program_that_everybody_could_have_put_there_is_passed_over(
    hostile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{hostile / 'bin'}:/usr/bin:/bin")
    assert search_path.find("sh") == str(hostile / "bin" / "sh")
    (hostile / "bin").chmod(0o777)
    assert search_path.find("sh") in ("/usr/bin/sh", "/bin/sh")
    assert search_path.find("only-here") is search_path.find(str(hostile / "bin" / "sh")) is None
    (hostile / "bin").chmod(0o755)
    (hostile / "bin" / "sh").chmod(0o777)
    assert search_path.find("sh") in ("/usr/bin/sh", "/bin/sh")


@pytest.mark.parametrize("path", ["", ".", ":", "bin:"])
@pytest.mark.usefixtures("hostile")
def test_r9_where_nothing_is_left_of_a_path_the_systems_own_is_taken(
    monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """An empty PATH is the current directory, too."""
    monkeypatch.setenv("PATH", path)
    assert search_path.absolute(path) == os.defpath
    assert search_path.find("sh") == "/bin/sh"
    monkeypatch.delenv("PATH")
    assert search_path.find("sh") == "/bin/sh"


def test_r9_a_process_leaves_what_its_environment_names_where_it_stands(
    hostile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interpreter has made whole paths of what PYTHONPATH names, so that it is in its own path, too."""
    monkeypatch.setenv("PATH", ":/usr/bin:.")
    monkeypatch.setenv("PYTHONPATH", ":/srv/modules:lib")
    monkeypatch.setattr(
        sys, "path", [str(hostile), "/srv/modules", str(hostile / "lib"), "", "/usr/lib/python"]
    )
    assert search_path.leave_current_directory() == ("", ".")
    assert (os.environ["PATH"], os.environ["PYTHONPATH"]) == ("/usr/bin", "/srv/modules")
    assert sys.path == ["/srv/modules", "/usr/lib/python"]


def test_what_is_named_from_the_root_stays_also_where_we_stand_there(
    hostile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(hostile))
    monkeypatch.setenv("PYTHONPATH", str(hostile))
    monkeypatch.setattr(sys, "path", [str(hostile)])
    assert search_path.leave_current_directory() == ()
    assert (os.environ["PATH"], os.environ["PYTHONPATH"], sys.path) == (
        str(hostile),
        str(hostile),
        [str(hostile)],
    )
    monkeypatch.delenv("PYTHONPATH")
    assert search_path.leave_current_directory() == ()
    assert "PYTHONPATH" not in os.environ
