"""The notebook's host in a real browser: from the files of `js/` as they are, and from the one script they make."""

import json
import mimetypes

import pytest

from aeutils.live import assets, scripts

PAGE = """<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="live.css">
<script src="learning.js"></script><script type="module">
// As what a host may hand over the bytes of a file; the last is a view of a larger buffer.
const BUFFERS = {
  DataView: (bytes) => new DataView(bytes),
  Uint8Array: (bytes) => new Uint8Array(bytes),
  ArrayBuffer: (bytes) => bytes,
  part: (bytes) => new Uint8Array([7, 7, 7, ...new Uint8Array(bytes), 7]).subarray(3, 3 + bytes.byteLength),
};

// What a notebook gives a figure: the traits of a Python object, and a kernel that answers with files.
function kernel(traits) {
  const listeners = new Set();
  return {
    get: (name) => traits[name],
    set: (name, value) => (traits[name] = value),
    save_changes() {},
    on: (name, listener) => name === "msg:custom" && listeners.add(listener),
    off: (name, listener) => listeners.delete(listener),
    async send(message) {
      const bytes = await (await fetch(`data/${message.file}`)).arrayBuffer();
      listeners.forEach((listener) => listener(message, [BUFFERS[location.hash.slice(1)](bytes)]));
    },
  };
}

const hosts = [];
for (const address of ["./js/hosts/widget.js", "./joined.js"]) hosts.push((await import(address)).default);
for (const traits of await (await fetch("traits.json")).json()) {
  for (const host of hosts) {
    const el = document.createElement("section");
    el.className = traits._figure;
    document.body.append(el);
    host.render({ model: kernel(structuredClone(traits)), el });
  }
}
</script>"""

# The figures that do not (yet) show the same twice, or null while some are not at rest; the names of groups are drawn
# by chance.
DIFFERENT = """(names) => {
  if (document.querySelectorAll("[data-ready]").length < 2 * names.length) return null;
  if (/Looking/.test(document.body.innerText)) return null;
  const shown = (section) => [
    section.innerHTML.replace(/live-roll-\\w+/g, ""),
    ...[...section.querySelectorAll("canvas")].map((canvas) => canvas.toDataURL()),
  ];
  return names.filter((name) => {
    const [first, second] = [...document.querySelectorAll(`section.${name}`)].map(shown);
    return first[0].length < 500 || first.length < 2 || String(first) !== String(second);
  });
}"""


@pytest.fixture
def open_widgets(contexts):
    """A page with figures twice, from the browser's own modules and joined; and what went wrong on it."""
    pages = []

    def open_it(figures, buffer="DataView"):
        traits = [{"_figure": name, "_files": assets.data_names(), **assets.states()[name]} for name in figures]

        def answer(route):
            path = route.request.url.removeprefix("http://notebook.test/")
            if path.startswith("js/"):
                body = (scripts.JS_FOLDER / path.removeprefix("js/")).read_bytes()
            elif path.startswith("data/"):
                body = assets.data(path.removeprefix("data/"))
            else:
                body = {"": PAGE, "live.css": assets.style(), "joined.js": assets.widget_module(),
                        "learning.js": scripts.learning_scope(),  # written before all, as text for a worker
                        "traits.json": json.dumps(traits)}[path]  # fmt: skip
            kind = mimetypes.guess_type(path or "index.html")[0] or "application/octet-stream"
            route.fulfill(body=body, content_type=kind)

        page = contexts(viewport={"width": 1000, "height": 1600}).new_page()
        pages.append(page)
        problems = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.route("**/*", answer)
        page.goto(f"http://notebook.test/#{buffer}")
        return page, problems

    yield open_it
    for page in pages:
        page.close()


@pytest.mark.parametrize("buffer", ["Uint8Array", "ArrayBuffer", "part"])
def test_data_may_come_as_any_kind_of_buffer(buffer, open_widgets):
    names = ["through-network"]  # it has weights and pictures, and is soon there
    page, problems = open_widgets(names, buffer)
    page.wait_for_function(f"names => ({DIFFERENT})(names) !== null", arg=names, timeout=60_000)
    assert problems == [] and "16 maps of 10 \u00d7 10" in page.inner_text("body")


@pytest.mark.long
def test_the_joined_script_shows_what_the_modules_show(open_widgets):
    names = list(assets.states())
    page, problems = open_widgets(names)
    page.wait_for_function(f"names => ({DIFFERENT})(names) !== null", arg=names, timeout=120_000)
    different = names
    for _ in range(100):  # some figures draw once more when all their data have come
        different = page.evaluate(DIFFERENT, names)
        if not different:
            break
        page.wait_for_timeout(200)
    assert not different and problems == []
