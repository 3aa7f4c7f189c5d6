"""Files of a variant with their syntax coloured, as HTML for the page's own style sheet."""

from __future__ import annotations

from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_for_filename
from pygments.token import Comment, Keyword, Name, String, _TokenType
from pygments.util import ClassNotFound

#: What is coloured; every other token is plain, which keeps the page small and its contrast in hand.
_CLASSES: dict[_TokenType, str] = {Comment: "hc", String: "hs", Keyword: "hk", Name.Tag: "hk", Name.Builtin: "hk"}


class _Lean(HtmlFormatter[str]):
    """A formatter that marks only what the style sheet colours."""

    def _get_css_classes(self, ttype: _TokenType) -> str:
        found: _TokenType | None = ttype
        while found is not None:
            if found in _CLASSES:
                return _CLASSES[found]
            found = found.parent
        return ""


def highlighted(name: str, text: str) -> Markup:
    """A file's text as the inside of a ``pre`` element; plain where nothing is known of its format."""
    try:
        lexer = get_lexer_for_filename(name, stripnl=False)
    except ClassNotFound:
        return escape(text)
    return Markup(highlight(text, lexer, _Lean(nowrap=True)))  # noqa: S704 - pygments escapes the text
