import pytest

from octotui.runtime.jobs.job_output import JobOutput
from octotui.ui.log.view import LogView
from octotui.ui.panels.output_panel import OutputPanel
from octotui.views.tree.rows import TreeRow
from tests import scenes
from tests.ui.opened import opened


async def test_output_comes_as_it_is_written(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.sees("Output · run-2 Create the instance", "waiting for the instance", "following")
        with (tmp_path / "job-2.1.log").open("a") as log:
            log.write("the instance is there\n")
        await it.sees("the instance is there")


async def test_a_job_without_output_says_so(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        it.session.log_path = lambda run, job: tmp_path / "none.log"
        await it.press("right", "j", "j")
        await it.sees("Output · run-3", "no output yet")


async def test_s5_the_output_of_an_attempt_is_gone_to(tmp_path):
    log = tmp_path / "attempts.log"
    for number in (1, 2):
        with JobOutput(log, lambda: 1.0, lambda: None) as output:
            if number > 1:
                output.say(f"attempt {number}", "highlight")
            for line in range(60):
                output(f"{number}: line {line}\n".encode())
    async with opened(scenes.telling(), tmp_path) as it:
        it.session.log_path = lambda run, job: log
        await it.press("enter", "k")
        await it.sees("Output · run-1 attempt 2", "line 61 of 121", "octotui: attempt 2")
        await it.press("k")
        await it.sees("Output · run-1 attempt 1", "line 1 of 121", "1: line 0")
        await it.press("k")
        await it.sees("Output · run-1 Measure it", "line 1 of 121")


@pytest.mark.parametrize("keys", [(), ("enter",), ("l",)])
async def test_what_has_ended_is_not_followed_and_nothing_more_is_expected(tmp_path, keys):
    """The step under the cursor ends while one looks at it."""
    for name, live, ended in (
        ("job.log", "following", "line 1 of 1"),
        ("none", "no output yet", "no output"),
    ):
        (tmp_path / "job.log").write_text("done\n")
        async with opened(scenes.seed(), tmp_path) as it:
            it.session.log_path = lambda run, job, name=name: tmp_path / name
            await it.press("right", "j", "j", *keys)
            await it.sees("run-3 Create the instance", live)
            it.session.later(31)
            await it.sees("✔ Create the instance" if keys != ("l",) else "Output · run-3", ended)
            assert live not in it.text


async def test_an_attempt_that_ends_does_not_move_the_reader(tmp_path):
    log = tmp_path / "attempts.log"
    with JobOutput(log, lambda: 1.0, lambda: None) as output:
        for line in range(60):
            output(f"1: line {line}\n".encode())
    async with opened(scenes.telling(), tmp_path) as it:
        it.session.log_path = lambda run, job: log
        panel, row = (
            it.app.screen.query_one(OutputPanel),
            TreeRow(key="a", kind="attempt", text="a", attempt=1),
        )
        panel.show(row, log)
        view = panel.query_one(LogView)
        view.action_last()
        panel.show(row, log)
        assert view.following
