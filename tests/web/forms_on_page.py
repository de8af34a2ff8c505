"""What a browser without scripts would send: the forms of a page with their names and values."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """A form: where it goes, how, and the fields that it sends."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.inside = False
        self.select: str | None = None
        self.area: str | None = None
        self.typed = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.forms.append(Form(given["action"], given.get("method", "get").lower()))
            self.inside = True
        elif self.inside and given.get("name") and tag in ("input", "button"):
            place = self.forms[-1].fields if tag == "input" else self.forms[-1].buttons
            place.append((given["name"], given.get("value", "")))
        elif self.inside and tag == "select":
            self.select = given["name"]
        elif self.inside and tag == "textarea":
            self.area, self.typed = given["name"], ""
        elif self.inside and tag == "option" and "selected" in given and self.select:
            self.forms[-1].fields.append((self.select, given["value"]))

    def handle_data(self, data: str) -> None:
        if self.area:
            self.typed += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "textarea" and self.area:
            self.forms[-1].fields.append((self.area, self.typed))
            self.area = None


def forms(html: str) -> list[Form]:
    """All forms of a page, in order."""
    reader = _Reader()
    reader.feed(html)
    return reader.forms
