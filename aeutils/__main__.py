import sys

if sys.version_info < (3, 11):  # noqa: UP036 - an old Python is told
    raise SystemExit(f"error: Python {sys.version.split()[0]} at {sys.executable}; this needs 3.11, 3.12 or 3.13.")

try:
    from aeutils.cli import main
except ModuleNotFoundError as error:
    raise SystemExit(
        f"error: {error.name} is not installed. `make test-fast` installs everything into .venv, for .venv/bin/python; "
        "`pip install -r requirements.txt` does it for the Python at hand."
    ) from None

raise SystemExit(main())
