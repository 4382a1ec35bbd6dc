"""Formulas become MathML when the book is built, which browsers draw by themselves: no script, and nothing to wait for.

`math-core` translates the TeX. The letters come from STIX Two Math, as the package `ziamath` carries it: where no
mathematical font is installed, arrows and brackets would not stretch. Only the characters that the book uses are sent.
"""

import base64
import html
import io
import re
import unicodedata
from importlib.util import find_spec
from pathlib import Path

from docutils import nodes
from fontTools import subset
from fontTools.ttLib import TTFont
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import SphinxError
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html import HTML5Translator

FONT_STYLE = "formulas-font.css"

_CONVERTER = LatexToMathML(xml_namespace=True, fancy_error=False)
# Their lines would be counted from (1) anew; in this book a label gives a formula its number.
_NUMBERED = re.compile(r"\\(begin|end)\{(align|equation|gather|multline)\}")
# The names of characters that HTML has and XML lacks.
_NAMES = re.compile(r"&(?!(?:amp|lt|gt|quot);)\w+;")
# Browsers slant a letter that stands alone; these are the slanted ones.
_SLANTED = [*range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C), ord("ℎ")]


class FormulaError(SphinxError):
    """A formula that cannot become MathML."""

    category = "Formula that cannot become MathML"


def to_mathml(tex: str, *, block: bool) -> str:
    """A formula as a `<math>` element.

    Parameters
    ----------
    tex : str
        The formula without dollar signs. A block may have several lines, ended by two backslashes or an empty line and
        aligned at `&`.
    block : bool
        Whether it stands on lines of its own.

    Returns
    -------
    mathml : str

    Raises
    ------
    LatexError
        If it uses a command that is not known, or a bracket is missing.
    """
    tex = _NUMBERED.sub(r"\\\1{\2*}", tex)
    lines = [line for line in tex.split("\n\n") if line.strip()]
    tex = r"\\".join(lines)
    if block and r"\\" in tex and not tex.lstrip().startswith(r"\begin"):
        tex = rf"\begin{{aligned}}{tex}\end{{aligned}}"
    mathml = _CONVERTER.convert_with_local_state(tex, displaystyle=block)
    return _NAMES.sub(lambda name: html.unescape(name[0]), mathml)


def _of_node(node: nodes.math | nodes.math_block) -> str:
    """The formula of a node, or an error that says where it stands."""
    try:
        return to_mathml(
            node.astext(), block=isinstance(node, nodes.math_block)
        )
    except LatexError as error:
        raise FormulaError(
            f"{_place(node)}: {node.astext()}\nAt character {error} "
            "Write it with what math-core knows of TeX."
        ) from error


def _place(node: nodes.Node) -> str:
    """File and line, of the node itself or of what it stands in."""
    while node.line is None and node.parent is not None:
        node = node.parent
    return f"{node.source}:{node.line}"


def visit_math(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula in a line of text."""
    start = self.starttag(
        node, "span", "", CLASS="math notranslate nohighlight"
    )
    self.body.append(f"{start}{_of_node(node)}</span>")
    raise nodes.SkipNode


def visit_math_block(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on lines of its own, and its number if it has a label."""
    self.body.append(
        self.starttag(node, "div", CLASS="math notranslate nohighlight")
    )
    if node["number"]:
        number = get_node_equation_number(self, node)
        self.body.append(f'<span class="eqno">({number})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append(f"{_of_node(node)}</div>\n")
    raise nodes.SkipNode


def write_font(app: Sphinx, env: BuildEnvironment) -> None:
    """Write the style that holds the font, with the characters of all formulas of the book."""
    if app.builder.format != "html":
        return
    formulas = (
        _of_node(node)
        for page in sorted(env.all_docs)
        for node in env.get_doctree(page).findall(
            lambda node: isinstance(node, (nodes.math, nodes.math_block))
        )
    )
    text = re.sub(r"<[^>]*>", "", "".join(formulas))
    font = base64.b64encode(font_with(set(html.unescape(text)))).decode()
    path = Path(app.outdir) / "_static" / FONT_STYLE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        '@font-face { font-family: "book formulas"; '
        f'src: url("data:font/woff;base64,{font}") format("woff"); }}\n',
        "utf-8",
    )


def font_with(characters: set[str]) -> bytes:
    """STIX Two Math as a WOFF file, with nothing but these characters, their slanted forms and the root sign."""
    slanted = {
        chr(code)
        for code in _SLANTED
        if unicodedata.normalize("NFKD", chr(code)) in characters
    }
    options = subset.Options(
        flavor="woff",
        hinting=False,
        layout_features=["ssty", "dtls", "flac"],  # what formulas ask for
        name_IDs=["*"],  # who made it, and its licence
    )
    path = Path(find_spec("ziamath").origin).parent
    font = subset.load_font(path / "fonts/STIXTwoMath-Regular.ttf", options)
    _mend(font)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(characters | slanted | {"√"}))
    subsetter.subset(font)
    file = io.BytesIO()
    subset.save_font(font, file, options)
    return file.getvalue()


def _mend(font: TTFont) -> None:
    """Say what Chromium does not find out by itself."""
    table = font["MATH"].table
    # The tips of arrows join their shafts on the left side, not on the right: without this no arrow stretches.
    for construction in table.MathVariants.HorizGlyphConstruction:
        if construction.GlyphAssembly:
            for tip in construction.GlyphAssembly.PartRecords[1:]:
                if not tip.StartConnectorLength:
                    tip.StartConnectorLength = tip.EndConnectorLength
    # A letter's tail does not push its index down: those of z and p stand on one line.
    table.MathConstants.SubscriptBaselineDropMin.Value = 0
    # What stands on an arrow stands close to it.
    table.MathConstants.StretchStackTopShiftUp.Value = 0
    # A prime is always raised and small; its larger form is for that.
    for characters in font["cmap"].tables:
        if ord("′") in characters.cmap:
            characters.cmap[ord("′")] = "minute.ssty"


def add_font(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree
) -> None:
    """Add the font to a page that has a formula."""
    if "<math" in context.get("body", ""):
        app.add_css_file(FONT_STYLE)


def setup(app: Sphinx) -> dict:
    """Register with Sphinx, which then leaves MathJax out."""
    app.add_html_math_renderer(
        "mathml", (visit_math, None), (visit_math_block, None)
    )
    app.connect("env-updated", write_font)
    app.connect("html-page-context", add_font)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
