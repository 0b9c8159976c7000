"""Every bench still works: it is run at its smallest size, where its times mean nothing."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.podman import needs_podman
from tests.ratios import Ratio, measure
from tests.sshd import needs_sshd

ROOT = Path(__file__).parents[1]
NEEDS = {"containers": needs_podman, "ssh": needs_sshd}
BENCHES = [
    pytest.param(each.stem, marks=NEEDS.get(each.stem, ()))
    for each in sorted((ROOT / "tests" / "bench").glob("*.py"))
]
RATIO = re.compile(r"^ratio .+: \d+\.\d\d( \(wanted: .+\))?$", re.MULTILINE)


@pytest.mark.parametrize("bench", BENCHES)
def test_a_bench_prints_its_ratios(bench: str) -> None:
    call = [sys.executable, "-W", "error", "-m", f"tests.bench.{bench}", "--smallest"]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "wanted" in "".join(found[1] or "" for found in RATIO.finditer(done.stdout)), done.stdout


@pytest.mark.parametrize(
    ("ratio", "is_as_wanted", "line"),
    [
        (Ratio("a / b", 1.5, most=1.5), True, "ratio a / b: 1.50 (wanted: at most 1.5)"),
        (Ratio("a / b", 1.51, most=1.5), False, "ratio a / b: 1.51 (wanted: at most 1.5)"),
        (Ratio("a / b", 0.6, least=0.6), True, "ratio a / b: 0.60 (wanted: at least 0.6)"),
        (Ratio("a / b", 0.59, least=0.6), False, "ratio a / b: 0.59 (wanted: at least 0.6)"),
        (Ratio("a / b", 12.807), True, "ratio a / b: 12.81"),
    ],
)
def test_a_ratio_says_whether_it_is_as_wanted(ratio: Ratio, is_as_wanted: bool, line: str) -> None:
    assert (ratio.is_as_wanted, str(ratio)) == (is_as_wanted, line)


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        ((), 1, "ratio jobs: 1000.00 (wanted: at most 500)"),
        (("--jobs", "7"), 0, "ratio jobs: 7.00 (wanted: at most 500)"),
        (("--smallest",), 0, "ratio jobs: 600.00 (wanted: at most 500)"),
    ],
)
def test_a_missed_ratio_fails_but_at_the_smallest_size(
    arguments: tuple[str, ...],
    code: int,
    line: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def bench(jobs: int = 1000) -> Iterator[Ratio]:
        yield Ratio("jobs", jobs, most=500)

    monkeypatch.setattr(sys, "argv", ["bench", *arguments])
    with pytest.raises(SystemExit) as ended:
        measure(bench, jobs=600)
    assert (ended.value.code, capsys.readouterr().out) == (code, f"{line}\n")
