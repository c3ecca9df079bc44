"""A page in headless Chromium.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import html
import http.server
import re
import tempfile
import threading

from suite_cases import Failure, run


class Quiet(http.server.SimpleHTTPRequestHandler):
    extensions_map = {".mjs": "text/javascript", ".html": "text/html",
                      ".wasm": "application/wasm"}

    def log_message(self, *_):
        pass


def show(folder, page):
    """The page as it is once nothing more happens."""
    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with tempfile.TemporaryDirectory() as profile:
            text = run("chromium", "--headless", "--no-sandbox",
                       "--disable-gpu", "--disable-dev-shm-usage",
                       f"--user-data-dir={profile}",
                       "--virtual-time-budget=20000", "--dump-dom",
                       f"http://127.0.0.1:{server.server_port}/{page}")
        server.shutdown()
    return text


def text_of(page, name):
    """The text of an element without others inside."""
    found = re.search(rf'id="{name}">([^<]*)<', page)
    if not found:
        raise Failure(f"the page has no element {name}:\n{page}")
    return html.unescape(found[1])
