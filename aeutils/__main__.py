try:
    from aeutils.cli import main
except ModuleNotFoundError as error:
    raise SystemExit(
        f"error: {error.name} is not installed. `make test-fast` installs everything into .venv, for .venv/bin/python; "
        "`pip install -r requirements.txt` does it for the Python at hand."
    ) from None

raise SystemExit(main())
