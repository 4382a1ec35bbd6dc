"""Output that goes into a pipe, as in `python -m aeutils weights | head -3`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def pipe_may_close() -> Iterator[None]:
    """End the program in silence, with exit code 1, when nobody reads any more what it prints.

    Whoever reads a pipe, such as `head`, closes it when it has seen enough. The next `print` then raises
    BrokenPipeError: so what is to be kept is written before it is printed.
    """
    try:
        try:
            yield
        finally:
            sys.stdout.flush()  # here, where the error is caught, and not at Python's end
    except BrokenPipeError:
        print_nowhere()
        raise SystemExit(1) from None


def print_nowhere() -> None:
    """Throw away what is printed from now on, and what waits to be printed."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
