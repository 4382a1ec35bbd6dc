"""The notebook's host in a real browser: from the files of `js/` as they are, and from the one script they make."""

import json
import mimetypes

import pytest

from aeutils.live import assets

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

const traits = await (await fetch("traits.json")).json();
for (const address of ["./js/hosts/widget.js", "./joined.js"]) {
  const host = (await import(address)).default;
  const el = document.createElement("section");
  document.body.append(el);
  host.render({ model: kernel(structuredClone(traits)), el });
}
</script>"""

# What the two figures show, once both stand and are at rest; the names of groups are drawn by chance.
BOTH = """() => {
  const figures = [...document.querySelectorAll("[data-ready]")];
  if (figures.length < 2 || /Looking/.test(document.body.innerText)) return null;
  return figures.map((figure) => [
    figure.innerHTML.replace(/live-roll-\\w+/g, ""),
    ...[...figure.querySelectorAll("canvas")].map((canvas) => canvas.toDataURL()),
  ]);
}"""


@pytest.fixture
def open_widgets(browser):
    """A page with one figure twice: from the browser's own modules, and joined."""
    pages = []

    def open_it(figure, buffer="DataView"):
        traits = {"_figure": figure, "_files": assets.data_names(), **assets.states()[figure]}

        def answer(route):
            path = route.request.url.removeprefix("http://notebook.test/")
            if path.startswith("js/"):
                body = (assets.JS_FOLDER / path.removeprefix("js/")).read_bytes()
            elif path.startswith("data/"):
                body = assets.data(path.removeprefix("data/"))
            else:
                body = {"": PAGE, "live.css": assets.style(), "joined.js": assets.widget_module(),
                        "learning.js": assets.learning_scope(),  # written before both, as text for a worker
                        "traits.json": json.dumps(traits)}[path]  # fmt: skip
            kind = mimetypes.guess_type(path or "index.html")[0] or "application/octet-stream"
            route.fulfill(body=body, content_type=kind)

        page = browser.new_page(viewport={"width": 1000, "height": 1600})
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
    page, problems = open_widgets("latent-map", buffer)
    page.wait_for_function(f"() => ({BOTH})() !== null", timeout=60_000)
    assert problems == [] and "drawn here" in page.inner_text("body")


@pytest.mark.long
@pytest.mark.parametrize("figure", assets.states())
def test_the_joined_script_shows_what_the_modules_show(figure, open_widgets):
    page, problems = open_widgets(figure)
    page.wait_for_function(f"(both => both && both.length === 2 && String(both[0]) === String(both[1]))(({BOTH})())",
                           timeout=60_000)  # fmt: skip
    first, *pictures = page.evaluate(BOTH)[0]
    assert len(first) > 500 and pictures
    assert problems == []
