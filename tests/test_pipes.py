"""Nobody reads any more what a program prints, as in `python -m experiments.sweep ... | head -1`."""

import subprocess
import sys
from pathlib import Path

import pytest
from damage import closed_pipe

from aeutils.pipes import pipe_may_close

ROOT = Path(__file__).parents[1]
FOLDERS = ("aeutils", "experiments", "tools", "benchmarks")
GUARD = 'if __name__ == "__main__":\n'
PROGRAMS = [
    path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py")) if GUARD in path.read_text("utf-8")
]


@pytest.mark.parametrize("program", PROGRAMS, ids=[path.relative_to(ROOT).as_posix() for path in PROGRAMS])
def test_every_program_lets_its_pipe_be_closed(program):
    assert program.read_text("utf-8").endswith(f"\n\n{GUARD}    with pipe_may_close():\n        main()\n")


def test_a_program_whose_pipe_was_closed_ends_in_silence(capfd):
    done = []
    with closed_pipe():
        with pytest.raises(SystemExit) as end, pipe_may_close():
            print("a row", flush=True)
            done.append("the next run")
        sys.stdout.flush()  # as Python does at its end
    assert end.value.code == 1 and not done and capfd.readouterr() == ("", "")


def test_what_waits_to_be_printed_at_the_end_is_thrown_away_too():
    with closed_pipe():
        with pytest.raises(SystemExit), pipe_may_close():
            print("short enough to wait")
        sys.stdout.flush()


def test_other_errors_of_a_program_are_told(capsys):
    with pytest.raises(ValueError, match="something else"), pipe_may_close():
        print("said before")
        raise ValueError("something else")
    assert capsys.readouterr().out == "said before\n"


@pytest.mark.long
@pytest.mark.parametrize("words", ["aeutils weights", "experiments.double_descent --help", "tools.paper --help"])
def test_a_pipe_that_closes_ends_a_command_in_silence(words):
    run = subprocess.Popen(
        [sys.executable, "-m", *words.split()], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    run.stdout.close()  # as `head` does, only sooner
    assert run.stderr.read() == "" and run.wait() in (0, 1)  # the text of help may not reach the pipe
