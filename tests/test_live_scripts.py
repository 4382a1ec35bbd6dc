"""The files of `aeutils/live/js` as modules, and how they are joined."""

import re

import pytest
from py_mini_racer import MiniRacer

from aeutils.live import assets, scripts

FOLDERS = ["network", "learning", "parts", "figures", "hosts"]  # none needs one that stands after it
ENTRIES = [
    "hosts/page.js", "hosts/widget.js", "learning/worker.js", "learning/training.js", "learning/swiss_roll.js",
    "learning/pendulum.js",
]  # fmt: skip
FILES = {
    path.relative_to(scripts.JS_FOLDER).as_posix(): path.read_text("utf-8") for path in scripts.JS_FOLDER.rglob("*.js")
}
TOP_LEVEL = re.compile(r"^(?:export )?(?:async )?(?:function\*?|class|const|let|var) ([\w$]+)", re.MULTILINE)
IMPORTS = re.compile(r'^import \{([^}]*)\} from "([^"]+)";', re.MULTILINE)
HOMES = {top_level: name for name, text in FILES.items() for top_level in TOP_LEVEL.findall(text)}


def imported(name):
    """The names that a file imports."""
    return {word for names, _ in IMPORTS.findall(FILES[name]) for word in re.findall(r"\w+", names)}


def needs(name):
    """The file and all that it needs, in whatever order."""
    return {name}.union(*(needs(HOMES[word]) for word in imported(name)))


def words_used(name):
    """What a file's own code speaks of: all names but those of properties, and those that it gives itself."""
    code = re.sub(r"/\*.*?\*/|//[^\n]*", "", IMPORTS.sub("", FILES[name]), flags=re.DOTALL)
    code = re.sub(r'"(?:[^"\\\n]|\\.)*"', '""', code)
    # Of a template, what stands between ${ and } is code.
    code = re.sub(r"`[^`]*`", lambda found: " ".join(re.findall(r"\$\{(.*?)\}", found.group(), re.DOTALL)), code)
    given = " ".join(re.findall(r"\b(?:const|let|class|function\*?) (\{[^}]*\}|\[[^\]]*\]|[\w$]+)", code))
    names = r"(?<![\w$.])[\w$]+\b(?!:)"
    return set(re.findall(names, code.replace("...", " "))) - set(re.findall(names, given))


# ------------------------------------------------------------------------------------------------------ the files


def test_every_file_stands_in_a_folder_and_is_needed():
    assert {name.split("/")[0] for name in FILES} == set(FOLDERS)
    assert set().union(*map(needs, ENTRIES)) == set(FILES)


def test_no_name_at_the_top_of_a_file_stands_in_another():
    top_levels = [top_level for text in FILES.values() for top_level in TOP_LEVEL.findall(text)]
    assert {top_level for top_level in top_levels if top_levels.count(top_level) > 1} == set()


@pytest.mark.parametrize("name", FILES)
def test_a_file_imports_what_it_uses_of_others_and_nothing_else(name):
    assert imported(name) == {word for word in words_used(name) if HOMES.get(word, name) != name}


@pytest.mark.parametrize("name", FILES)
def test_a_file_needs_no_folder_after_its_own(name):
    places = [FOLDERS.index(needed.split("/")[0]) for needed in needs(name)]
    assert max(places) == FOLDERS.index(name.split("/")[0])
    assert not name.startswith("network/") or not words_used(name) & {"document", "window"}


@pytest.mark.parametrize("entry", ENTRIES)
def test_files_are_joined_once_and_after_what_they_need(entry):
    source = scripts.joined(entry)
    starts = {}
    for name in needs(entry):
        first = TOP_LEVEL.search(FILES[name]).group().removeprefix("export ")
        assert source.count(f"{first} ") + source.count(f"{first}(") == 1, name
        starts[name] = source.index(first)
    for name in starts:
        assert all(starts[HOMES[word]] < starts[name] for word in imported(name)), name


def test_scripts_of_the_page_have_no_modules_and_ask_no_other_host():
    source = assets.page_files()["live.js"]
    assert not re.search(r"^\s*(import|export)\b|\bfetch\(|https?://", source, re.MULTILINE)
    assert assets.widget_module().count("export default") == 1


# ------------------------------------------------------------------------------------------------------ the joiner


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Puts files into the place of `js/`."""
    monkeypatch.setattr(scripts, "JS_FOLDER", tmp_path)

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
        "export class Two {}\nexport async function later() {}\nexport function* many() {}\n",
    )
    source = scripts.joined("parts/top.js")
    assert value(source, "sum + new Two().constructor.name") == "13Two"
    assert source.count("const one") == 1
    assert source.index("const one") < source.index("const left") < source.index("const sum")
    assert value(scripts.joined("right.js", "parts/left.js"), "left + right") == 12
    assert scripts.joined("right.js", "parts/left.js") == scripts.joined("parts/left.js", "right.js")


def test_the_default_of_the_entry_stays(write):
    write(a="export default {};\n", b='import { x } from "./a.js";\n')
    assert scripts.joined("a.js") == "export default {};\n"


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
        scripts.joined("a.js")


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
    ],
)
def test_a_form_that_the_joiner_does_not_know_is_refused(line, write):
    write(a=f"{line}\n", b="export const b = 1;\n")
    with pytest.raises(ValueError, match=rf"a\.js says {re.escape(line.strip())}; wanted import"):
        scripts.joined("a.js")


def test_a_default_of_a_file_that_others_need_is_refused(write):
    write(a='import { b } from "./b.js";\n', b="export const b = 1;\nexport default {};\n")
    with pytest.raises(ValueError, match=r"b\.js says export default \{\};; wanted"):
        scripts.joined("a.js")


def test_a_script_is_shipped_without_what_is_only_for_readers():
    source = '/** What.\n * @param x\n */\nfunction f(x) {\n\n  // why\n  return "http://a" + x; // so\n}\n//\n'
    assert scripts.shipped(source) == 'function f(x) {\nreturn "http://a" + x;\n}\n'


@pytest.mark.parametrize("name", FILES)
def test_no_string_of_a_script_is_cut_or_torn_when_it_is_shipped(name):
    for line in scripts.shipped(FILES[name]).splitlines():
        assert line.count('"') % 2 == 0 and line.count("`") % 2 == 0, line
