"""The scripts of the live figures: files of `js/` joined into one. Needs nothing but the standard library."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

JS_FOLDER = Path(__file__).parent / "js"

# The two forms in which the files of `js/` say what they need and what they offer.
_IMPORT = re.compile(r'^import \{\s*(\w+(?:,\s*\w+)*),?\s*\} from "(\.[^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)
_OTHER_FORM = re.compile(r"^[ \t]*(?:import|export)\b.*|^.*\bimport\s*[.(].*", re.MULTILINE)


def joined(*entries: str) -> str:
    """Files of `js/` and all that they import, as one script: each file once, after those that it needs.

    Their imports and exports fall away, so names at the top of a file must differ from those of all other files.

    Parameters
    ----------
    *entries : str
        Where to begin, such as "network/network.js". An `export default` of theirs stays.

    Returns
    -------
    source : str

    Raises
    ------
    ValueError
        If files need each other in a circle, a file or an imported name is not there, or an import or export has
        another form than `import { a, b } from "./file.js";` and `export` before `function`, `class` or `const`.
    """
    sources: dict[str, str] = {}
    offered: dict[str, set[str]] = {}

    def add(name: str, needed_by: tuple[str, ...] = ()) -> None:
        way = " -> ".join([*needed_by, name])
        if name in needed_by:
            raise ValueError(f"These scripts need each other in a circle: {way}.")
        if name in sources:
            return
        if not (JS_FOLDER / name).is_file():
            raise ValueError(f"The last of these scripts is not there: {way}.")
        text = (JS_FOLDER / name).read_text("utf-8")
        for names, address in _IMPORT.findall(text):
            needed = posixpath.normpath(posixpath.join(posixpath.dirname(name), address))
            add(needed, (*needed_by, name))
            if missing := set(re.findall(r"\w+", names)) - offered[needed]:
                there = ", ".join(sorted(offered[needed])) or "nothing"
                raise ValueError(f"{name} imports {', '.join(sorted(missing))} from {needed}, which exports {there}.")
        offered[name] = set(_EXPORT.findall(text))
        sources[name] = _EXPORT.sub("", _IMPORT.sub("", text))
        for line in _OTHER_FORM.findall(sources[name]):
            if needed_by or not line.startswith("export default "):
                wanted = 'import { a, b } from "./file.js"; or export before function, class or const'
                raise ValueError(f"{name} says {line.strip()}; wanted {wanted}.")

    for entry in entries:
        add(entry)
    return "\n".join(sources.values())


def shipped(source: str) -> str:
    """A script without its comments, empty lines and indentation: they are for who reads the source, not for the wire.

    Parameters
    ----------
    source : str
        With no string that holds ` // ` or a line break.

    Returns
    -------
    source : str
        A quarter shorter when compressed.
    """
    bare = re.sub(r"/\*\*.*?\*/|(?:^|(?<=\s))//(?: .*?)?$", "", source, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"\s*\n\s*", "\n", bare).lstrip()


def learning_scope() -> str:
    """What trains networks, as one function of JavaScript: a worker runs its text, and a page without workers calls it.

    Returns
    -------
    source : str
        The function `learningScope`, which `js/learning/training.js` needs.
    """
    return f"function learningScope() {{\n{shipped(joined('learning/worker.js'))}\nreturn answerOrders;\n}}"
