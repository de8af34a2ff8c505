"""LaTeX to MathML through math-core, with places for numbers and no inline styles (the page's CSP forbids them)."""

import re
from functools import lru_cache

from math_core import LatexError, LatexToMathML

# A number's place in maths is \num{name:4} or \pnum{name}; its index travels through the converter between two marks.
PLACE = re.compile(r"\\(p?)num\{([A-Za-z_][A-Za-z0-9_]*)(?::([^{}]*))?\}")
OPEN, CLOSE = "\ue000", "\ue001"
_MARK = re.compile(rf"<mtext>{OPEN}([0-9]+){CLOSE}</mtext>")
_STYLE = re.compile(r' style="([^"]*)"')
_CLASSES = {
    "text-align: right;justify-items: end;padding-right: 0;": ' class="right"',
    "text-align: left;justify-items: start;padding-left: 0;": ' class="left"',
}


class MalformedMaths(ValueError):
    """LaTeX that the converter refuses."""

    def __init__(self, latex: str, trouble: str) -> None:
        super().__init__(f"{latex}: {trouble}")
        self.latex = latex


@lru_cache(maxsize=8192)
def mathml(latex: str, display: bool = False) -> str:
    r"""MathML of a formula; \num{…} places stand in it as OPEN name:form:sign CLOSE marks; raises MalformedMaths."""
    places = [f"{OPEN}{name}:{form}:{sign}{CLOSE}" for sign, name, form in PLACE.findall(latex)]
    indices = iter(range(len(places)))
    marked = PLACE.sub(lambda _: rf"\text{{{OPEN}{next(indices)}{CLOSE}}}", latex)
    try:
        converted = LatexToMathML().convert_with_local_state(marked, displaystyle=display)
    except LatexError as error:
        raise MalformedMaths(latex, str(error)) from error
    return _STYLE.sub(_class, _MARK.sub(lambda mark: places[int(mark[1])], converted))


def _class(style: re.Match[str]) -> str:
    width = re.fullmatch(r"margin-left:(-?[0-9.]+)em;", style[1])
    return f' width="{width[1]}em"' if width and not width[1].startswith("-") else _CLASSES.get(style[1], "")
