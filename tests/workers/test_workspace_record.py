import pytest

from octotui.workers.workspace_record import WorkspaceRecord, read, resume_line


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", WorkspaceRecord()),
        (b"memo job-1.1-1 {}", WorkspaceRecord()),
        (b"memo job-1.1-1 {}\n", WorkspaceRecord("job-1.1-1", "{}")),
        (b"memo job-1.1-1 {}\npid 1", WorkspaceRecord("job-1.1-1", "{}")),
        (b"memo job-1.1-1 {}\npid 12\n", WorkspaceRecord("job-1.1-1", "{}", 12)),
        (b"memo job-1.1-1 {}\npid 12\nexit 0\n", WorkspaceRecord("job-1.1-1", "{}", 12, 0)),
        (b"memo a a b\npid 12\nexit 3\nmemo b c\n", WorkspaceRecord("b", "c")),
    ],
)
def test_r4_a_line_without_its_end_is_not_there_yet(body: bytes, expected: WorkspaceRecord) -> None:
    assert read(body) == expected


def test_a_signal_is_told_from_an_exit_code_by_what_the_shell_says_of_it() -> None:
    """S7: a script may end with 137 itself."""
    assert read(b"memo a \npid 1\nexit 137\n").code == 137
    assert read(b"memo a \npid 1\nKilled\nexit 137\n").code == -9
    assert read(b"memo a \npid 1\nsh: 1: nothing: not found\nexit 127\n").code == 127
    assert read(b"memo a \npid 1\nKilled\nexit 137\nmemo b \npid 2\nexit 137\n").code == 137


def test_a_memo_is_one_line_of_whatever_it_says() -> None:
    assert read(resume_line("job-1.1-1", '{"a": "ä pid 3"}')) == WorkspaceRecord(
        "job-1.1-1", '{"a": "ä pid 3"}'
    )
