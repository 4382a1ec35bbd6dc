"""The table of the article's claims, made from `claims.toml` when the book is built.

Nothing of the table is typed twice: the page holds a directive, the tests read the same file.
"""

import tomllib
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

SIGNS = {
    "holds": "✓",
    "holds, if": "◐",
    "does not hold": "✗",
    "not tested": "○",
}
"""The verdicts, and the sign of each, so that colour is never needed."""

LONGEST_CONDITION = 5  # words: a condition that needs more is another claim

_KEYS = {"number", "japanese", "says", "verdict", "evidence"}
_EVIDENCE_KEYS = {
    "page",
    "measured",
    "seeds",
    "shown_in",
    "in_the_words_of_the_page",
}


def load_claims(path: Path) -> list[dict]:
    """The claims of a file, in the order of their numbers.

    Parameters
    ----------
    path : Path
        A TOML file as `book/audit/claims.toml`, whose head says what an entry holds.

    Returns
    -------
    claims : list of dict

    Raises
    ------
    ValueError
        If an entry lacks something, has something unknown, its verdict is none of `SIGNS`, or its condition is missing,
        too long or out of place; if a number stands twice.
    """
    claims = tomllib.loads(path.read_text("utf-8"))["claim"]
    for claim in claims:
        name = f"claim {claim.get('number', 'without a number')}"
        _check_keys(name, claim, _KEYS, optional={"condition"})
        if claim["verdict"] not in SIGNS:
            raise ValueError(
                f"{name}: the verdict is {claim['verdict']!r}; choose one of {', '.join(SIGNS)}."
            )
        if (claim["verdict"] == "holds, if") != ("condition" in claim):
            raise ValueError(
                f"{name}: a condition stands with the verdict 'holds, if' and with no other; here the verdict is "
                f"{claim['verdict']!r}."
            )
        if len(claim.get("condition", "").split()) > LONGEST_CONDITION:
            raise ValueError(
                f"{name}: the condition {claim['condition']!r} is too long; say it in {LONGEST_CONDITION} words."
            )
        for evidence in claim["evidence"]:
            _check_keys(f"{name}, evidence", evidence, _EVIDENCE_KEYS)
    numbers = [claim["number"] for claim in claims]
    if twice := {number for number in numbers if numbers.count(number) > 1}:
        raise ValueError(
            f"Claims {sorted(twice)} stand twice; give each its own number."
        )
    return sorted(claims, key=lambda claim: claim["number"])


def _check_keys(
    name: str, table: dict, wanted: set[str], optional: set[str] = frozenset()
) -> None:
    """Refuse a table that lacks a key or has one that nothing reads."""
    if missing := sorted(wanted - set(table)):
        raise ValueError(f"{name} has no {', '.join(missing)}; add it.")
    if unknown := sorted(set(table) - wanted - optional):
        raise ValueError(
            f"{name} has {', '.join(unknown)}, which nothing reads; is it misspelt?"
        )


def as_markdown(claims: list[dict]) -> str:
    """How many claims there are of each verdict, and a table with a row a claim."""
    counts = [
        f"{sign} {verdict}: {sum(claim['verdict'] == verdict for claim in claims)}"
        for verdict, sign in SIGNS.items()
    ]
    lines = [
        f"{len(claims)} claims. {'; '.join(counts)}.",
        "",
        "```{list-table}",
        ":header-rows: 1",
        ":class: cards",
        ":widths: 38 20 42",
        "",
        "* - what the article says",
        "  - verdict",
        "  - what was measured, where, over how many seeds",
    ]
    for claim in claims:
        condition = f" {claim['condition']}" if "condition" in claim else ""
        measured = " ".join(
            f"{evidence['measured']} {{ref}}`{evidence['page']}` ({evidence['seeds']})."
            for evidence in claim["evidence"]
        )
        lines += [
            f"* - **{claim['number']}.** {claim['says']} 「{claim['japanese']}」",
            f"  - {SIGNS[claim['verdict']]} **{claim['verdict']}**{condition}",
            f"  - {measured}",
        ]
    return "\n".join([*lines, "```"])


class ClaimsTable(SphinxDirective):
    """`{claims-table} claims.toml`: the table, from a file beside the page."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Read the file, and let the page's own parser make the table."""
        _, path = self.env.relfn2path(self.arguments[0])
        self.env.note_dependency(path)  # a changed file makes the page again
        try:
            claims = load_claims(Path(path))
        except (OSError, ValueError) as error:
            raise self.error(f"{path}: {error}") from error
        node = nodes.Element()
        self.state.nested_parse(
            StringList(as_markdown(claims).splitlines(), source=path),
            self.content_offset,
            node,
        )
        return node.children


def setup(app: Sphinx) -> dict:
    """Register the directive."""
    app.add_directive("claims-table", ClaimsTable)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
