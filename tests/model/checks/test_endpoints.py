"""Endpoints, accounts and directories that contradict one another."""

from pathlib import Path

import pytest

from tests.model.texts import only_complaint

GROUND = '[pools.p]\nworkers = ["a"]\n[accounts.deploy]\nuser = "deploy"\n[workers.a]\n'


@pytest.mark.parametrize(
    ("worker", "said"),
    [
        ('endpoint = "local"\naccount = "deploy"', "This machine needs none"),
        ('endpoint = "ssh://ann@web1"\naccount = "deploy"', 'The account "deploy" is another user, deploy'),
        (
            'endpoint = "ssh://web1"\naccount = "depoly"',
            'There is no account "depoly"; did you mean "deploy"?',
        ),
        ('account = "deploy"', '"account" goes only with "endpoint"'),
        ('endpoint = "ssh://web1"\ndirectory = "work"', "write the whole path, from the slash on"),
        ('endpoint = "ssh://web1"\ndirectory = "~/work"', "write the whole path, from the slash on"),
    ],
)
def test_m1_what_does_not_go_together(tmp_path: Path, worker: str, said: str) -> None:
    assert said in only_complaint(tmp_path, GROUND + worker + "\n")


def test_an_account_that_says_nothing(tmp_path: Path) -> None:
    assert "It says nothing" in only_complaint(tmp_path, "[accounts.a]\n")


def test_m1_targets_are_judged_as_workers_are(tmp_path: Path) -> None:
    text = '[targets.t]\nroles = ["web"]\nendpoint = "ssh://web1"\naccount = "nobody"\n'
    assert 'There is no account "nobody"' in only_complaint(tmp_path, text)


def test_m1_a_pod_needs_no_account(tmp_path: Path) -> None:
    worker = 'endpoint = "kubectl://staging/build/worker-1"\naccount = "deploy"\n'
    assert "A pod needs none" in only_complaint(tmp_path, GROUND + worker)
