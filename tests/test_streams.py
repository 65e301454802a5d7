"""What the command does where stdin, stdout or stderr is closed, or takes nothing more."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SLIPS = str(ROOT / "examples" / "exercise-2-published.toml")
UNWRITTEN = 74
COMMANDS = [
    ["--version"],
    ["--list"],
    ["--help"],
    ["run", "--steps", "3"],
    ["check", SLIPS],
    ["check", SLIPS, "--json"],
    ["check", "--help"],
    ["solve", "xor"],
    ["practise", "--seed", "7", "--sheet"],
    ["practise", "--seed", "7", "--key"],
    ["practise", "--scores"],
    ["gradcheck"],
]
IDS = ["-".join(Path(word).stem.strip("-") for word in command) for command in COMMANDS]
full = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no device that is always full")


def sgdb(folder: Path, command: list[str], redirection: str) -> tuple[int, str, str]:
    """Run a command under a shell's redirection. Returns its exit status, and what it wrote to stdout and stderr."""
    return python(folder, ["-m", "tui.cli", *command], redirection)


def python(folder: Path, words: list[str], redirection: str) -> tuple[int, str, str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_DATA_HOME": str(folder)}
    shell = ["sh", "-c", f'exec "$@" {redirection}', "sh", sys.executable, *words]
    run = subprocess.run(shell, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return run.returncode, run.stdout, run.stderr


def without_verdict(status: int, out: str, err: str) -> tuple[int, str, str]:
    """What a command said, without what it says of a run."""
    return status, out, "".join(line for line in err.splitlines(keepends=True) if not line.startswith("verdict: "))


class TestOutputThatIsLost:
    @pytest.mark.parametrize("command", COMMANDS, ids=IDS)
    def test_every_command_says_so_and_has_a_status_of_its_own(self, tmp_path: Path, command: list[str]) -> None:
        expected = UNWRITTEN, "", "sgdb: the output cannot be written: stdout is closed\n"
        assert without_verdict(*sgdb(tmp_path, command, ">&-")) == expected

    @full
    @pytest.mark.parametrize("command", COMMANDS, ids=IDS)
    def test_a_full_disk_is_of_the_same_kind(self, tmp_path: Path, command: list[str]) -> None:
        expected = UNWRITTEN, "", "sgdb: the output cannot be written: No space left on device\n"
        assert without_verdict(*sgdb(tmp_path, command, ">/dev/full")) == expected

    @full
    def test_more_than_a_buffer_of_it_too(self, tmp_path: Path) -> None:
        status, _, complaint = sgdb(tmp_path, ["solve", "exercise-2", "--steps", "0..9"], ">/dev/full")
        assert (status, complaint) == (UNWRITTEN, "sgdb: the output cannot be written: No space left on device\n")

    def test_what_goes_into_a_file_is_not_lost_with_stdout(self, tmp_path: Path) -> None:
        assert sgdb(tmp_path, ["solve", "xor", "-o", "xor.md"], ">&-") == (0, "", "")
        assert sgdb(tmp_path, ["run", "--steps", "3", "--csv", "losses.csv"], ">&-")[0] == UNWRITTEN
        assert (tmp_path / "xor.md").read_text().startswith("#")
        assert len((tmp_path / "losses.csv").read_text().splitlines()) == 5

    def test_a_terminal_that_is_gone(self, tmp_path: Path) -> None:
        ours, theirs = pty.openpty()
        os.close(ours)
        try:
            run = subprocess.run(
                [sys.executable, "-m", "tui.cli", "check", SLIPS], cwd=tmp_path, stdout=theirs, stderr=theirs,
                env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False,
            )  # fmt: skip
        finally:
            os.close(theirs)
        assert run.returncode == UNWRITTEN


class TestComplaints:
    @pytest.mark.parametrize("redirection", ["2>&-", "2>&- <&-", pytest.param("2>/dev/full", marks=full)])
    def test_none_goes_to_stdout_where_stderr_takes_nothing(self, tmp_path: Path, redirection: str) -> None:
        assert sgdb(tmp_path, ["check", "none.toml"], redirection) == (2, "", "")
        assert sgdb(tmp_path, ["run", "none.toml", "--steps", "x"], redirection) == (2, "", "")

    @pytest.mark.parametrize("redirection", [">&- 2>&-", "<&- >&- 2>&-", pytest.param(">/dev/full 2>&1", marks=full)])
    def test_the_status_tells_where_no_stream_does(self, tmp_path: Path, redirection: str) -> None:
        assert sgdb(tmp_path, ["check", SLIPS], redirection) == (UNWRITTEN, "", "")
        assert sgdb(tmp_path, ["check", "none.toml"], redirection) == (2, "", "")

    @pytest.mark.parametrize("redirection", ["2>&-", "<&-", pytest.param("2>/dev/full", marks=full)])
    def test_output_does_not_need_the_other_streams(self, tmp_path: Path, redirection: str) -> None:
        for command in (["check", SLIPS], ["--list"]):
            assert sgdb(tmp_path, command, redirection) == sgdb(tmp_path, command, "")

    @pytest.mark.parametrize("redirection", [">&-", "<&-", "<&- >&-"])
    def test_the_screen_needs_all_of_them(self, tmp_path: Path, redirection: str) -> None:
        status, out, complaint = sgdb(tmp_path, [], redirection)
        assert (status, out) == (2, "")
        assert complaint.startswith("sgdb: the screen needs a terminal")


@pytest.mark.parametrize("redirection", [">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_no_file_takes_the_place_of_a_closed_stream(tmp_path: Path, redirection: str) -> None:
    program = (
        "from tui.cli import main\n"
        "main(['none.toml'])\n"
        "with open('next', 'w') as file:\n"
        "    print('sgdb: a complaint')\n"
        "    file.write(str(file.fileno()))\n"
    )
    python(tmp_path, ["-c", program], redirection)
    assert int((tmp_path / "next").read_text()) > 2


GONE = """
import os, pty, sys
ours, theirs = pty.openpty()
os.dup2(theirs, 2)
os.close(theirs)
from tui.commands.streams import open_streams
open_streams()
os.close(ours)
for _ in range(40):
    sys.__stderr__.write("drawn")
    sys.__stderr__.flush()
print("alive")
"""


def test_drawing_on_a_terminal_that_has_gone_away_ends_no_thread() -> None:
    run = subprocess.run([sys.executable, "-c", GONE], stdout=subprocess.PIPE, text=True)
    assert run.stdout == "alive\n"
