"""A page in fewer bytes: without what the HTML standard lets one leave out, so that a browser reads the very same page.

Indentation goes, and end tags that are implied by what follows them (the standard's section 13.1.2.4, "Optional
tags"). Lines stay, so that two versions of a page can still be compared. What is kept to the letter is kept here:
``pre``, ``script``, ``style``, ``template`` and ``textarea``.
"""

from __future__ import annotations

import re

_VERBATIM = re.compile(r"(<(pre|script|style|template|textarea)\b.*?</\2>)", re.DOTALL)
_PUT_BY = re.compile(r"<(?:pre|script|style|template|textarea) \0(\d+)>")

#: Space next to the tags of these is never seen.
_BLOCKS = (
    "article|body|caption|col|colgroup|dd|details|dialog|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|head"
    "|header|html|legend|li|link|main|meta|nav|ol|option|p|pre|section|summary|svg|table|tbody|td|th|thead|title|tr|ul"
)
_LINES = re.compile(r"[ \t\r]*\n\s*")
_SPACES = re.compile(r"[ \t]{2,}")
_BEFORE = re.compile(rf"[ \t]+(?=</?(?:{_BLOCKS})\b)")
_AFTER = re.compile(rf"(</?(?:{_BLOCKS})\b[^>]*>)[ \t]+")

#: End tags, each with what may stand next so that it is implied.
_IMPLIED = tuple(
    re.compile(rf"</(?:{tags})>(?=\s*(?:{follows}))")
    for tags, follows in (
        ("li", r"<li\b|</[ou]l>"),
        ("d[dt]", r"<d[dt]\b|</dl>"),
        ("t[dh]", r"<t[dh]\b|</tr>"),
        ("tr", r"<tr\b|</t(?:able|body|head)>"),
        ("thead", r"<tbody\b"),
        ("tbody", r"<tbody\b|</table>"),
        ("p", r"<(?:details|div|dl|figure|h[1-6]|ol|p|pre|section|table|ul)\b|</(?:details|div|li|section)>"),
    )
)


def compact(page: str) -> str:
    """The same page without indentation and implied end tags. Text in it must be escaped, as it is by templates."""
    kept: list[str] = []

    def put_by(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f"<{found[2]} \0{len(kept) - 1}>"

    text = _VERBATIM.sub(put_by, page)
    text = _AFTER.sub(r"\1", _BEFORE.sub("", _SPACES.sub(" ", _LINES.sub("\n", text))))
    for implied in _IMPLIED:
        text = implied.sub("", text)
    return _PUT_BY.sub(lambda found: kept[int(found[1])], text)
