"""A page in headless Chromium that a test uses as a person does: by the
DevTools protocol, whose messages go through two pipes.

    with Page(url) as page:
        page.wait("document.title == 'ready'")
        page.drag([(10, 10), (20, 30)])
        print(page.value("document.body.innerText"))
        page.take_picture("page.png")

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import base64
import json
import os
import select
import subprocess
import tempfile
import time

from suite_cases import Failure

SECONDS = 120


class Page:
    def __init__(self, url, width=900, height=600):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_read, self.write = os.pipe()
        self.read, to_write = os.pipe()
        # Chromium reads what it is told from 3 and answers on 4. A shell puts
        # them there: in this process other threads may hold these numbers.
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu",
                   "--disable-dev-shm-usage", "--remote-debugging-pipe",
                   f"--window-size={width},{height}",
                   f"--user-data-dir={self.folder.name}", "about:blank"]
        self.browser = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{to_read} 4>&{to_write}', "bash",
             *command], pass_fds=(to_read, to_write), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=dict(os.environ, HOME=self.folder.name))
        os.close(to_read)
        os.close(to_write)
        self.buffer, self.number, self.session = b"", 0, None
        self.errors = []
        try:
            self.open(url)
        except BaseException:
            self.close()
            raise

    def open(self, url):
        target = self.say("Target.createTarget", url=url)["targetId"]
        self.session = self.say("Target.attachToTarget", targetId=target,
                                flatten=True)["sessionId"]
        self.say("Runtime.enable")
        self.wait("document.readyState == 'complete'")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.browser.terminate()
        self.browser.wait()
        os.close(self.read)
        os.close(self.write)
        self.folder.cleanup()

    def hear(self):
        """The next message of the browser's."""
        end = time.monotonic() + SECONDS
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.read], [], [],
                                        max(end - time.monotonic(), 0))
            more = os.read(self.read, 1 << 16) if ready else b""
            if not more:
                raise Failure("Chromium does not answer")
            self.buffer += more
        message, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(message)

    def say(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write, json.dumps(message).encode() + b"\0")
        while True:
            heard = self.hear()
            if heard.get("method") == "Runtime.exceptionThrown":
                details = heard["params"]["exceptionDetails"]
                self.errors.append(details.get("exception", {}).get(
                    "description", details["text"]))
            if heard.get("id") == self.number:
                if "error" in heard:
                    raise Failure(f"{method}: {heard['error']['message']}")
                return heard["result"]

    def value(self, expression):
        """What an expression of JavaScript is on the page."""
        said = self.say("Runtime.evaluate", expression=expression,
                        returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in said:
            raise Failure(f"{expression}: {said['exceptionDetails']['text']}")
        return said["result"].get("value")

    def wait(self, condition):
        end = time.monotonic() + SECONDS
        while not self.value(f"!!({condition})"):
            if self.errors or time.monotonic() > end:
                raise Failure(f"the page does not come to {condition}: "
                              f"{self.errors}\n"
                              f"{self.value('document.body.innerText')}")
            time.sleep(0.02)

    def mouse(self, kind, at, pressed):
        self.say("Input.dispatchMouseEvent", type=kind, x=at[0], y=at[1],
                 button="none" if kind == "mouseMoved" and not pressed else
                 "left", buttons=int(pressed), clickCount=1)

    def drag(self, points):
        """The mouse, pressed, along these points of the window."""
        self.mouse("mouseMoved", points[0], False)
        self.mouse("mousePressed", points[0], True)
        for point in points[1:]:
            self.mouse("mouseMoved", point, True)
        self.mouse("mouseReleased", points[-1], False)

    def take_picture(self, path):
        data = self.say("Page.captureScreenshot")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
