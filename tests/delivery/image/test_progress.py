"""BuildKit's plain progress, as a person reads it."""

import pytest

from delivery.image.progress import Progress

OUTPUT = """\
#1 [internal] load build definition from Dockerfile
#1 DONE 0.0s
#5 [base 1/1] FROM docker.io/library/python:3.13-slim
#5 CACHED
#8 [dependencies 1/1] RUN python3 -m venv --without-pip /opt/venv
#8 0.412 Processing /wheels/flask-3.1.3-py3-none-any.whl
#9 [model 1/2] COPY .slipway/image/model /model/srv/model
#9 DONE 0.1s
#8 DONE 5.7s
#12 exporting to image
#12 DONE 0.3s
"""


@pytest.fixture
def shown() -> tuple[list[str], list[str]]:
    """Statuses and lines that OUTPUT leads to."""
    statuses: list[str] = []
    lines: list[str] = []
    progress = Progress(statuses.append, lines.append)
    for line in OUTPUT.splitlines():
        progress.read(line)
    return statuses, lines


def test_each_finished_step_is_one_line_with_its_time(shown: tuple[list[str], list[str]]) -> None:
    _, lines = shown
    assert [" ".join(line.split()) for line in lines] == [
        "base 1/1 FROM docker.io/library/python:3.13-slim cached",
        "model 1/2 COPY .slipway/image/model /model/srv/model 0.1 s",
        "dependencies 1/1 RUN python3 -m venv --without-pip /opt/venv 5.7 s",
    ]


def test_the_running_step_is_the_status(shown: tuple[list[str], list[str]]) -> None:
    statuses, _ = shown
    assert statuses[1] == "dependencies 1/1  RUN python3 -m venv --without-pip /opt/venv"


def test_long_commands_are_cut_to_one_line() -> None:
    lines: list[str] = []
    progress = Progress(lambda _status: None, lines.append)
    progress.read(f"#7 [app 1/1] RUN {'x' * 500}")
    progress.read("#7 DONE 1.0s")
    assert len(lines[0]) < 90
