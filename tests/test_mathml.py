"""Formulas as MathML: known answers, a font in which they stretch, and an error where one cannot be translated."""

import io
import sys
import unicodedata
from xml.etree import ElementTree

import pytest
from fontTools.ttLib import TTFont
from math_core import LatexError
from pages import BOOK
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util.docutils import docutils_namespace

sys.path.insert(0, str(BOOK / "_ext"))
from mathml import FONT_STYLE, font_with, to_mathml  # noqa: E402

MATHML = "{http://www.w3.org/1998/Math/MathML}"


def parsed(tex, *, block=False):
    """The element of a formula, read as strictly as an EPUB reader reads it."""
    return ElementTree.fromstring(to_mathml(tex, block=block))


def tags(element):
    return [part.tag.removeprefix(MATHML) for part in element.iter()]


@pytest.mark.parametrize(
    ("tex", "wanted", "text"),
    [
        (r"\frac{a}{b}", ["math", "mfrac", "mi", "mi"], "ab"),
        ("z_1", ["math", "msub", "mi", "mn"], "z1"),
        (r"\sigma^2", ["math", "msup", "mi", "mn"], "σ2"),
        (r"\hat x", ["math", "mover", "mi", "mo"], "xˆ"),
        ("a < b", ["math", "mi", "mo", "mi"], "a<b"),
        (r"\sin x", None, "sin\N{FUNCTION APPLICATION}x"),  # a name that HTML knows and XML does not
    ],
)
def test_a_formula_becomes_the_elements_that_mean_it(tex, wanted, text):
    element = parsed(tex)
    assert "".join(element.itertext()) == text
    assert wanted is None or tags(element) == wanted


def test_a_formula_on_its_own_lines_says_so_and_one_in_a_sentence_does_not():
    assert parsed("x", block=True).get("display") == "block"
    assert parsed("x").get("display") is None


@pytest.mark.parametrize("tex", [r"a &= b \\ &= c", "a = b\n\na = c", r"\begin{aligned} a &= b \\ &= c \end{aligned}"])
def test_lines_become_rows(tex):
    assert tags(parsed(tex, block=True)).count("mtr") == 2


@pytest.mark.parametrize("environment", ["align", "equation", "gather", "multline", "align*"])
def test_no_environment_counts_its_lines_by_itself(environment):
    element = parsed(rf"\begin{{{environment}}} a = b \end{{{environment}}}", block=True)
    assert "".join(element.itertext()) == "a=b"


@pytest.mark.parametrize("tex", [r"\unheardof{x}", "x^{2", r"\frac{1}", "a & b"])
def test_a_formula_that_is_none_is_refused(tex):
    with pytest.raises(LatexError):
        to_mathml(tex, block=False)


# ------------------------------------------------------------------------------------------------------------ the font


def font_of(characters):
    return TTFont(io.BytesIO(font_with(set(characters))))


def test_the_font_holds_what_is_asked_for_slanted_too_and_nothing_else():
    characters = {chr(code) for code in font_of("xhλ→+").getBestCmap()}
    assert characters == {"x", "h", "λ", "→", "+", "√", "𝑥", "ℎ", "𝜆"}
    assert {unicodedata.normalize("NFKD", character) for character in "𝑥ℎ𝜆"} == set("xhλ")


def test_the_pieces_of_whatever_stretches_overlap_as_the_font_demands():
    variants = font_of("()[]{}‖→←↔⇒̲").get("MATH").table.MathVariants
    constructions = variants.HorizGlyphConstruction + variants.VertGlyphConstruction
    joints = [
        min(before.EndConnectorLength, after.StartConnectorLength)
        for construction in constructions
        if construction.GlyphAssembly
        for before, after in zip(
            construction.GlyphAssembly.PartRecords, construction.GlyphAssembly.PartRecords[1:], strict=False
        )
    ]
    assert len(joints) > 10
    assert min(joints) >= variants.MinConnectorOverlap


def test_the_font_says_who_made_it_and_its_licence():
    names = [str(name) for name in font_of("x")["name"].names]
    assert any("STIX Fonts Project Authors" in name for name in names)
    assert any("SIL Open Font License" in name for name in names)


# ----------------------------------------------------------------------------------------------------------- the pages


def build(folder, text, builder="html"):
    """Build a page of reStructuredText, and return what was written."""
    (folder / "index.rst").write_text(f"Title\n=====\n\n{text}\n", "utf-8")
    with docutils_namespace():  # or the next build would find the nodes of this one
        Sphinx(
            folder,
            confdir=None,
            outdir=folder / "out",
            doctreedir=folder / "trees",
            buildername=builder,
            confoverrides={"extensions": ["mathml"]},
            status=None,
        ).build()
    (page,) = folder.glob("out/index.*html")
    return page.read_text("utf-8")


@pytest.mark.parametrize("builder", ["html", "singlehtml", "epub"])
def test_a_page_has_mathml_its_font_and_no_script_for_formulas(builder, tmp_path):
    page = build(tmp_path, "A length :math:`x_1`.\n\n.. math:: a &= b \\\\\n   &= c", builder)
    assert page.count("<math ") == 2
    assert FONT_STYLE in page and "mathjax" not in page.lower()
    assert "data:font/woff" in (tmp_path / "out/_static" / FONT_STYLE).read_text("utf-8")


def test_a_label_gives_a_formula_its_number_and_references_show_it(tmp_path):
    first, second = (f".. math:: a = b\n   :label: {label}\n\n" for label in ("first", "second"))
    page = build(tmp_path, f"{first}{second}See :eq:`second`.")
    assert 'id="equation-second"' in page and '<span class="eqno">(2)' in page
    assert 'href="#equation-second">(2)</a>' in page


@pytest.mark.parametrize("text", [r"A formula, :math:`\unheardof`.", ".. math:: \\unheardof\n   :label: first"])
def test_a_formula_that_cannot_be_translated_stops_the_build_and_is_named_with_its_place(text, tmp_path):
    with pytest.raises(SphinxError) as error:
        build(tmp_path, text)
    assert "index.rst:4" in str(error.value)
    assert r"\unheardof" in str(error.value)
    assert not list(tmp_path.glob("out/index.html"))
