"""The table of the article's claims: nothing in it that the pages do not say and show."""

import re
import sys

import pytest
from pages import BOOK, NOTEBOOKS, cells, numbers_in, numbers_shown, page_of, printed, source

sys.path.insert(0, str(BOOK / "_ext"))
from claims import SIGNS, as_markdown, load_claims  # noqa: E402

CLAIMS = load_claims(BOOK / "audit/claims.toml")
each_claim = pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: f"claim {claim['number']}")


def prose(path):
    """The text of a notebook, a paragraph a line."""
    text = "\n\n".join(source(cell) for cell in cells(path, "markdown"))
    return "\n".join(re.sub(r"\s+", " ", paragraph) for paragraph in text.split("\n\n"))


def verdicts(path):
    """The paragraphs of a notebook from "Verdict" on."""
    return re.findall(r"\*\*Verdict.*", prose(path))


@each_claim
def test_every_page_that_a_claim_points_to_has_its_label(claim):
    assert claim["evidence"]
    for evidence in claim["evidence"]:
        assert page_of(evidence["page"]) in NOTEBOOKS, f"no notebook begins with ({evidence['page']})="


@each_claim
def test_every_number_of_a_claim_stands_in_an_output_of_its_page(claim):
    for evidence in claim["evidence"]:
        shown = numbers_shown(page_of(evidence["page"]))
        assert not [number for number in numbers_in(evidence["measured"]) if number not in shown]
        assert re.search(r"\d", evidence["measured"])


def whole_numbers(text):
    """Whole numbers of two or more digits; a single digit would be found anywhere."""
    return {number.replace(",", "") for number in re.findall(r"(?<![\w.,])\d[\d,]*\d(?![\d.]*\d|[\w,]*\.\d)", text)}


@each_claim
def test_every_whole_number_of_a_claim_stands_in_an_output_of_its_page(claim):
    for evidence in claim["evidence"]:
        outputs = "\n".join(printed(cell) for cell in cells(page_of(evidence["page"]), "code"))
        assert whole_numbers(evidence["measured"]) <= set(re.findall(r"\d+", outputs.replace(",", "")))


def test_whole_numbers_are_told_from_decimals():
    assert whole_numbers("from 784 to 1,600, by 0.25 or 11.3 in 95 %, 7 of 10.") == {"784", "1600", "95", "10"}


@each_claim
def test_a_claims_verdict_is_the_one_that_its_page_gives(claim):
    own_words = []
    for evidence in claim["evidence"]:
        words = evidence["in_the_words_of_the_page"]
        assert words in prose(page_of(evidence["page"])), f"the page does not say {words!r}"
        own_words.append(words.lower())
    if any("does not hold" in words for words in own_words):
        assert claim["verdict"] != "holds"
    if any("holds with a condition" in words for words in own_words):
        assert claim["verdict"] == "holds with a condition"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_verdict_of_a_page_is_missing_from_the_table(path):
    quoted = [
        evidence["in_the_words_of_the_page"]
        for claim in CLAIMS
        for evidence in claim["evidence"]
        if page_of(evidence["page"]) == path
    ]
    for verdict in verdicts(path):
        assert any(words in verdict for words in quoted), f"add to claims.toml: {verdict}"


def test_only_the_words_of_the_article_that_could_be_checked_are_quoted():
    book = "\n".join(map(prose, NOTEBOOKS))
    for claim in CLAIMS:
        if "japanese" in claim and claim["number"] != 3:  # whose words the chapter tells in English only
            assert claim["japanese"] in book
        assert ("japanese" in claim) <= (claim["number"] <= 3)


def test_the_table_has_a_row_a_claim_with_sign_verdict_and_link():
    text = as_markdown(CLAIMS)
    for claim in CLAIMS:
        assert text.count(f"* - **{claim['number']}.** ") == 1
        for evidence in claim["evidence"]:
            assert f"{evidence['measured']} {{ref}}`{evidence['page']}`." in text
    rows = re.findall(r"^  - ([✓◐✗]) \*\*(.*)\*\*$", text, re.MULTILINE)
    assert [(SIGNS[claim["verdict"]], claim["verdict"]) for claim in CLAIMS] == rows
    counts = [int(count) for count in re.findall(r": (\d+)", text.splitlines()[0])]
    assert sum(counts) == len(CLAIMS) and len(counts) == len(SIGNS)


GOOD = """
[[claim]]
number = 2
says = "Grass is green."
verdict = "holds"
[[claim.evidence]]
page = "ch-grass"
measured = "0.53 micrometres."
in_the_words_of_the_page = "holds"
"""


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("verdict = \"holds\"", "verdict = \"is so\""), "claim 2: the verdict is 'is so'; choose one of holds,"),
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
