"""A page in headless Chromium.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import http.server
import json
import queue
import subprocess
import tempfile
import threading

from suite_cases import Failure

# Looks at the page until none of these elements says that it is loading.
DRIVER = """<!doctype html>
<iframe src="%s"></iframe>
<script>
const frame = document.querySelector('iframe');
const look = setInterval(() => {
  const texts = %s.map(
      (id) => frame.contentDocument?.getElementById(id)?.textContent);
  if (texts.some((text) => text === undefined || text === 'loading'))
    return;
  clearInterval(look);
  fetch('shown', {method: 'POST', body: JSON.stringify(texts)});
}, 50);
</script>
"""


def show(folder, page, names, seconds=120):
    """The texts of elements once they are there."""
    shown = queue.Queue()

    class Handler(http.server.SimpleHTTPRequestHandler):
        extensions_map = {".mjs": "text/javascript", ".html": "text/html",
                          ".wasm": "application/wasm"}

        def __init__(self, *arguments):
            super().__init__(*arguments, directory=folder)

        def log_message(self, *_):
            pass

        def do_GET(self):
            if self.path != "/driver":
                return super().do_GET()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write((DRIVER % (page, json.dumps(names))).encode())

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()
            shown.put(json.loads(body))

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            browser = subprocess.Popen(
                ["chromium", "--headless", "--no-sandbox", "--disable-gpu",
                 "--disable-dev-shm-usage", f"--user-data-dir={profile}",
                 f"http://127.0.0.1:{server.server_port}/driver"],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL)
            try:
                return shown.get(timeout=seconds)
            except queue.Empty:
                raise Failure(f"{page} still says that it is loading") from None
            finally:
                browser.terminate()
                browser.wait()
                server.shutdown()
