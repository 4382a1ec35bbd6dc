"""The files of `aeutils/live/js` as modules, and how they are joined."""

import re

import pytest
from py_mini_racer import MiniRacer

from aeutils.live import assets

FILES = {path.relative_to(assets.JS_FOLDER).as_posix(): path for path in assets.JS_FOLDER.rglob("*.js")}
TOP_LEVEL = re.compile(r"^(?:export )?(?:async )?(?:function|class|const|let|var) ([\w$]+)", re.MULTILINE)
IMPORTS = re.compile(r'^import \{([^}]*)\} from "([^"]+)";', re.MULTILINE)


def text_of(name):
    return FILES[name].read_text("utf-8")


def imported(name):
    """The names that a file imports."""
    return {word for names, _ in IMPORTS.findall(text_of(name)) for word in re.findall(r"\w+", names)}


def words_used(name):
    """The names in a file's own code: without its imports, comments and texts."""
    code = IMPORTS.sub("", text_of(name))
    code = re.sub(r"/\*.*?\*/|//[^\n]*", "", code, flags=re.DOTALL)
    code = re.sub(r'"(?:[^"\\\n]|\\.)*"', '""', code)
    # Of a template, what stands between ${ and } is code.
    code = re.sub(r"`[^`]*`", lambda found: " ".join(re.findall(r"\$\{(.*?)\}", found.group(), re.DOTALL)), code)
    return set(re.findall(r"(?<![\w$.])[\w$]+", re.sub(r"\.\.\.", " ", code)))


# ------------------------------------------------------------------------------------------------------ the files


def test_there_are_files_in_each_folder():
    assert {name.split("/")[0] for name in FILES} >= {"network", "parts", "figures", "hosts"}


def test_no_name_at_the_top_of_a_file_stands_in_another():
    homes = {}
    for name in FILES:
        for top_level in TOP_LEVEL.findall(text_of(name)):
            homes.setdefault(top_level, []).append(name)
    assert {top_level: files for top_level, files in homes.items() if len(files) > 1} == {}


def test_every_file_imports_what_it_uses_of_others_and_nothing_else():
    homes = {top_level: name for name in FILES for top_level in TOP_LEVEL.findall(text_of(name))}
    for name in FILES:
        of_others = {word for word in words_used(name) if homes.get(word, name) != name}
        assert imported(name) == of_others, name


@pytest.mark.parametrize("folder", ["network"])
def test_what_needs_no_page_needs_no_file_that_does(folder):
    for name in FILES:
        if name.startswith(f"{folder}/"):
            assert all(address.startswith("./") for _, address in IMPORTS.findall(text_of(name))), name
            assert not words_used(name) & {"document", "window"}, name


@pytest.mark.parametrize("entry", ["hosts/page.js", "hosts/widget.js"])
def test_a_host_joins_every_file_once_after_what_it_needs(entry):
    source = assets.joined(entry)
    hosts = {"hosts/page.js", "hosts/widget.js"}
    starts = {}
    for name in set(FILES) - hosts | {entry}:
        head = text_of(name).split("\n")[0]  # each file begins with a comment of its own
        assert head.startswith("// ") and source.count(f"{head}\n") == 1, name
        starts[name] = source.index(head)
    homes = {top_level: name for name in starts for top_level in TOP_LEVEL.findall(text_of(name))}
    for name in starts:
        assert all(starts[homes[word]] < starts[name] for word in imported(name)), name


def test_scripts_of_the_page_have_no_modules_and_ask_no_other_host():
    source = assets.page_files()["live.js"]
    assert not re.search(r"^\s*(import|export)\b|\bfetch\(|https?://", source, re.MULTILINE)
    assert assets.widget_module().count("export default") == 1


# ------------------------------------------------------------------------------------------------------ the joiner


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Puts files into the place of `js/`."""
    monkeypatch.setattr(assets, "JS_FOLDER", tmp_path)

    def write_them(**files):
        for name, text in files.items():
            path = tmp_path / f"{name.replace('__', '/')}.js"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)

    return write_them


def value(source, expression):
    engine = MiniRacer()
    try:
        engine.eval(source)
        return engine.eval(expression)
    finally:
        engine.close()


def test_what_a_file_needs_stands_before_it_and_once(write):
    write(
        parts__top='import { left } from "./left.js";\nimport {\n  one,\n  right,\n} from "../right.js";\n\n'
        "export const sum = left + right + one;\n",
        parts__left='import { one } from "../right.js";\nexport const left = 10 * one;\n',
        right="export const one = 1;\nexport const right = twice(one);\n\n"
        "/** import { this } is no import */\nexport function twice(x) {\n  return 2 * x;\n}\n"
        "export class Two {}\nexport async function later() {}\n",
    )
    source = assets.joined("parts/top.js")
    assert value(source, "sum + new Two().constructor.name") == "13Two"
    assert source.count("const one") == 1
    assert source.index("const one") < source.index("const left") < source.index("const sum")
    assert value(assets.joined("right.js", "parts/left.js"), "left + right") == 12
    assert assets.joined("right.js", "parts/left.js") == assets.joined("parts/left.js", "right.js")


def test_the_default_of_the_entry_stays(write):
    write(a="export default {};\n", b='import { x } from "./a.js";\n')
    assert assets.joined("a.js") == "export default {};\n"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (
            {"a": 'import { b } from "./b.js";\n', "b": 'import { c } from "./c.js";\n',
             "c": 'import { b } from "./b.js";\n'},
            r"in a circle: a\.js -> b\.js -> c\.js -> b\.js",
        ),
        ({"a": 'import { a } from "./a.js";\nexport const a = 1;\n'}, r"in a circle: a\.js -> a\.js"),
        ({"a": 'import { b } from "./parts/b.js";\n'}, r"last of these scripts is not there: a\.js -> parts/b\.js"),
        ({}, r"last of these scripts is not there: a\.js"),
        (
            {"a": 'import { hidden, b, gone } from "./b.js";\n', "b": "const hidden = 1;\nexport const b = 2;\n"},
            r"a\.js imports gone, hidden from b\.js, which exports b\.",
        ),
    ],
    ids=["circle", "itself", "no-file", "no-entry", "not-exported"],
)  # fmt: skip
def test_what_cannot_be_joined_is_refused(files, words, write):
    write(**files)
    with pytest.raises(ValueError, match=words):
        assets.joined("a.js")


@pytest.mark.parametrize(
    "line",
    [
        'import "./b.js";',
        'import b from "./b.js";',
        'import * as b from "./b.js";',
        'import { b as c } from "./b.js";',
        "import { b } from './b.js';",
        'import { b } from "b";',
        'import { b } from "./b.js"',
        '  import { b } from "./b.js";',
        'const b = await import("./b.js");',
        "const here = import.meta.url;",
        "export { a };",
        'export { b } from "./b.js";',
        'export * from "./b.js";',
        "export let a = 1;",
        "export const { a } = {};",
        "export const [a] = [];",
        "export function* a() {}",
    ],
)
def test_a_form_that_the_joiner_does_not_know_is_refused(line, write):
    write(a=f"{line}\n", b="export const b = 1;\n")
    with pytest.raises(ValueError, match=rf"a\.js says {re.escape(line.strip())}; wanted import"):
        assets.joined("a.js")


def test_a_default_of_a_file_that_others_need_is_refused(write):
    write(a='import { b } from "./b.js";\n', b="export const b = 1;\nexport default {};\n")
    with pytest.raises(ValueError, match=r"b\.js says export default \{\};; wanted"):
        assets.joined("a.js")
