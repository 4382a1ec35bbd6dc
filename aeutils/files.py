"""Writing files so that nothing is lost when the disk is full or Ctrl-C comes in the middle."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def replacing(path: str | os.PathLike) -> Iterator[Path]:
    """Write beside `path` and rename at the end: under its own name a file is the old one or the new one, whole.

    Yields where to write, with the same ending; the folder is made if missing. Raises OSError if it cannot be written.
    """
    path = Path(path)
    beside = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield beside
        os.replace(beside, path)
    except OSError as error:
        raise OSError(
            f"{path} could not be written: {error}. Choose another folder or free some space; "
            "what stood there before is unchanged."
        ) from error
    finally:
        with suppress(OSError):  # it was renamed, or its folder could not be made
            beside.unlink()
