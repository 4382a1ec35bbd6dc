"""The table of the article's claims: nothing in it that the pages do not say and show."""

import re
import sys

import pytest
from pages import BOOK, NOTEBOOKS, cells, numbers_in, numbers_in_outputs, page_of, printed, source

sys.path.insert(0, str(BOOK / "_ext"))
from claims import SIGNS, as_markdown, load_claims  # noqa: E402

CLAIMS = load_claims(BOOK / "audit/claims.toml")
each_claim = pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: f"claim {claim['number']}")


def prose(path):
    """The text of a notebook, a paragraph a line."""
    text = "\n\n".join(source(cell) for cell in cells(path, "markdown"))
    return "\n".join(re.sub(r"\s+", " ", paragraph) for paragraph in text.split("\n\n"))


def shown_by(evidence):
    """The cells that show the numbers of a piece of evidence."""
    path = page_of(evidence["page"])
    by_id = {cell["id"]: cell for cell in cells(path, "code")}
    missing = [cell_id for cell_id in evidence["shown_in"] if cell_id not in by_id]
    assert not missing, f"{path.stem} has no code cell {missing}"
    return [by_id[cell_id] for cell_id in evidence["shown_in"]]


@each_claim
def test_every_page_that_a_claim_points_to_has_its_label(claim):
    assert claim["evidence"]
    for evidence in claim["evidence"]:
        assert page_of(evidence["page"]) in NOTEBOOKS, f"no notebook begins with ({evidence['page']})="


@each_claim
def test_every_number_of_a_claim_stands_in_an_output_of_the_cells_that_it_names(claim):
    for evidence in claim["evidence"]:
        shown = numbers_in_outputs(shown_by(evidence))
        assert not [number for number in numbers_in(evidence["measured"]) if number not in shown]
        assert re.search(r"\d", evidence["measured"]) or claim["verdict"] == "not tested"


@each_claim
def test_a_claim_names_no_cell_that_shows_none_of_its_numbers(claim):
    for evidence in claim["evidence"]:
        wanted = {*numbers_in(evidence["measured"]), *whole_numbers(evidence["measured"])}
        for cell in shown_by(evidence):
            shown = numbers_in_outputs([cell]) | set(re.findall(r"\d+", printed(cell).replace(",", "")))
            assert wanted & shown, f"{cell['id']} shows none of {sorted(wanted)}"


def whole_numbers(text):
    """Whole numbers of two or more digits; a single digit would be found anywhere."""
    return {number.replace(",", "") for number in re.findall(r"(?<![\w.,])\d[\d,]*\d(?![\d.]*\d|[\w,]*\.\d)", text)}


@each_claim
def test_every_whole_number_of_a_claim_stands_in_an_output_of_the_cells_that_it_names(claim):
    for evidence in claim["evidence"]:
        outputs = "\n".join(map(printed, shown_by(evidence)))
        assert whole_numbers(evidence["measured"]) <= set(re.findall(r"\d+", outputs.replace(",", "")))


def test_whole_numbers_are_told_from_decimals():
    assert whole_numbers("from 784 to 1,600, by 0.25 or 11.3 in 95 %, 7 of 10.") == {"784", "1600", "95", "10"}


@each_claim
def test_a_claims_verdict_is_the_one_that_its_page_gives(claim):
    for evidence in claim["evidence"]:
        words = evidence["in_the_words_of_the_page"]
        assert words in prose(page_of(evidence["page"])), f"the page does not say {words!r}"
        if "does not hold" in words.lower():
            assert claim["verdict"] not in ("holds", "not tested")
        if "holds, if" in words:
            assert claim["verdict"] == "holds, if"
        if "not tested" in words:
            assert claim["verdict"] == "not tested"


def test_no_page_says_verdict_in_its_running_text():
    for path in NOTEBOOKS:
        assert "**Verdict" not in prose(path), f"{path.stem}: a verdict on the article stands in the audit"


@each_claim
def test_the_articles_own_words_stand_in_every_row(claim):
    assert re.search("[\u3040-\u30ff\u4e00-\u9fff]", claim["japanese"])  # hiragana, katakana or kanji


def test_the_table_has_a_row_a_claim_with_sign_verdict_and_link():
    text = as_markdown(CLAIMS)
    for claim in CLAIMS:
        assert text.count(f"* - **{claim['number']}.** ") == 1
        for evidence in claim["evidence"]:
            assert f"{evidence['measured']} {{ref}}`{evidence['page']}` ({evidence['seeds']})." in text
    rows = re.findall(r"^  - ([✓◐✗○]) \*\*(.*)\*\*(?: (.*))?$", text, re.MULTILINE)
    assert [(SIGNS[claim["verdict"]], claim["verdict"], claim.get("condition", "")) for claim in CLAIMS] == rows
    counts = [int(count) for count in re.findall(r": (\d+)", text.splitlines()[0])]
    assert sum(counts) == len(CLAIMS) and len(counts) == len(SIGNS)


GOOD = """
[[claim]]
number = 2
japanese = "草は緑です"
says = "Grass is green."
verdict = "holds"
[[claim.evidence]]
page = "ch-grass"
measured = "0.53 micrometres."
seeds = "3 lawns"
shown_in = ["grass-colour"]
in_the_words_of_the_page = "holds"
"""


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("verdict = \"holds\"", "verdict = \"is so\""), "claim 2: the verdict is 'is so'; choose one of holds,"),
        (("japanese = \"草は緑です\"\n", ""), "claim 2 has no japanese; add it"),
        (("\"holds\"\n", "\"holds, if\"\n"), "claim 2: a condition stands with the verdict 'holds, if'"),
        (("\"holds\"\n", "\"holds\"\ncondition = \"it rains\"\n"), "claim 2: a condition stands with"),
        (("\"holds\"\n", "\"holds, if\"\ncondition = \"it has rained for a week\"\n"), "too long; say it in 5 words"),
        (("seeds = \"3 lawns\"", ""), "claim 2, evidence has no seeds; add it"),
        (("says = \"Grass is green.\"", ""), "claim 2 has no says; add it"),
        (("page = \"ch-grass\"", ""), "claim 2, evidence has no page; add it"),
        (("number = 2", "number = 2\nverdikt = \"holds\""), "claim 2 has verdikt, which nothing reads"),
        (("", ""), "\\[2\\] stand twice"),
    ],
)  # fmt: skip
def test_a_bad_entry_is_refused_with_its_number(tmp_path, change, message):
    path = tmp_path / "claims.toml"
    path.write_text(GOOD, "utf-8")
    assert [claim["number"] for claim in load_claims(path)] == [2]
    path.write_text(GOOD.replace(*change, 1) if change[0] else GOOD + GOOD, "utf-8")
    with pytest.raises(ValueError, match=message):
        load_claims(path)
