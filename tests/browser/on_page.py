"""What a reader does on a page, and what stands on it."""

import re

from playwright.sync_api import Page


def ask(page: Page, question: str) -> None:
    """Types a question and sends it; the next exchange is there afterwards, and the scripts of its page."""
    last = page.locator("article.exchange[id]").count() + 1
    page.fill("#question", question)
    page.click("form.ask button")
    page.wait_for_selector(f"#q{last}", timeout=90_000)
    page.wait_for_load_state()  # the first question leads to another page, whose scripts come after its words


def numbers(page: Page) -> list[str]:
    """The digits of all numbers in tables, without the marks of the page's language."""
    cells = page.locator(".of-table td, .of-steps td:last-child").all_inner_texts()
    return [re.sub(r"[^\d−]", "", cell) for cell in cells if re.search(r"\d", cell)]
