"""Headless Chromium: what a page has drawn, and a picture of it.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import html.parser
import os
import tempfile

from suite_cases import Failure, run


class Elements(html.parser.HTMLParser):
    """All tags with their attributes, and the text of some by their id."""

    def __init__(self, text):
        super().__init__()
        self.found, self.texts, self.open = [], {}, []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        if tag not in ("br", "meta", "link"):
            self.open.append((tag, dict(attributes).get("id")))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        for _, name in self.open:
            if name:
                self.texts[name] = self.texts.get(name, "") + data

    def list(self, tag, attribute):
        """The attributes of the tags that have this one."""
        return [attributes for found, attributes in self.found
                if found == tag and attribute in attributes]


def start(path, *arguments):
    with tempfile.TemporaryDirectory() as profile:
        return run("chromium", "--headless", "--no-sandbox", "--disable-gpu",
                   "--disable-dev-shm-usage", f"--user-data-dir={profile}",
                   "--virtual-time-budget=20000", *arguments,
                   "file://" + os.path.abspath(path),
                   env=dict(os.environ, HOME=profile))


def draw(path):
    """The page behind its scripts."""
    page = Elements(start(path, "--dump-dom"))
    if not page.list("body", "data-drawn"):
        raise Failure("the page's script has not come to its end")
    return page


def take_picture(path, picture, width=1320, height=2400):
    start(path, f"--screenshot={picture}", f"--window-size={width},{height}")
