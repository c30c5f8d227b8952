"""Being stopped from outside: by Ctrl-C, by `kill`, or because the terminal closed."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StoppedError(KeyboardInterrupt):
    """A signal asks this command to end. It is a KeyboardInterrupt: code that tidies up for Ctrl-C does so for all."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number


def raise_on_signals() -> None:
    """From now on each of these signals raises StoppedError in the main thread."""
    for number in _SIGNALS:
        signal.signal(number, _raise)


@contextmanager
def held() -> Iterator[None]:
    """Signals wait until the block is over: between making a thing and knowing whose it is to remove."""
    waiting: list[int] = []
    before = {number: signal.signal(number, lambda number, _frame: waiting.append(number)) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if waiting:
        signal.raise_signal(waiting[0])


def _raise(number: int, _frame: FrameType | None) -> None:
    raise StoppedError(number)
