"""Training that is killed or stopped goes on where it was, to the same bits."""

from __future__ import annotations

import shlex
import signal
import time

import pytest

from vicinal import Space

TRAIN = ("train", "corpus.txt", "-o", "words.space", "--threads", "1", "--dim", "100", "--epochs", "40")
OFTEN = ("--checkpoint-every", "0.2")


@pytest.fixture
def text(here, sentences):
    (here / "corpus.txt").write_text(sentences(15_000))


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


def state_of(here):
    return here / "words.space.checkpoint" / "state.safetensors"


def test_kill_and_resume_gives_the_same_bits(program, cli, refuses, text, here):
    process = program(*TRAIN, *OFTEN)
    wait_for(lambda: state_of(here).exists() or process.poll() is not None)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL and not (here / "words.space").exists()

    refuses(*TRAIN, says=["interrupted", "--resume"])
    refuses(*TRAIN, "--resume", "--window", "3", says=["another training", "window"])
    resumed = cli(*TRAIN, *OFTEN, "--resume")
    assert "going on from words.space.checkpoint" in resumed.stderr and "reading" not in resumed.stderr
    assert not state_of(here).parent.exists()

    cli(*TRAIN[:3], "whole.space", *TRAIN[4:], "--quiet")
    whole, pieced = Space.open("whole.space"), Space.open("words.space")
    assert whole.matrix.tobytes() == pieced.matrix.tobytes()
    assert whole.fingerprint == pieced.fingerprint


def test_ctrl_c_saves_and_says_how_to_go_on(program, cli, text, here):
    process = program(*TRAIN, *OFTEN)
    wait_for(lambda: state_of(here).exists() or process.poll() is not None)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    last = said.splitlines()[-1]
    assert last.startswith("vicinal: stopped; the state is saved in words.space.checkpoint. To go on: ")
    assert "Traceback" not in said

    command = shlex.split(last.partition("To go on: ")[2])
    words = command[command.index("train") :]
    assert words == [*TRAIN, *OFTEN, "--resume"]
    cli(*words)
    assert len(Space.open("words.space")) == 200 and not state_of(here).parent.exists()


def test_ctrl_c_before_training_leaves_nothing(program, text, here):
    process = program("train", "-", "-o", "words.space", stdin=-1)
    time.sleep(1.0)  # it waits for its input
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130 and said.strip().splitlines()[-1].startswith("vicinal: stopped")
    assert [path.name for path in here.iterdir()] == ["corpus.txt"]
