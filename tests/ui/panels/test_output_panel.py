from octotui.runtime.jobs.job_output import JobOutput
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
        await it.press("j")
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
