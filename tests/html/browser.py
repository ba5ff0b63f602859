# SPDX-License-Identifier: MIT
"""A headless Chromium, driven over the WebDriver protocol (W3C) with nothing
but Python's own library: just what the tests of the HTML report need."""
import base64
import json
import re
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic",
         "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
         "--hide-scrollbars", "--force-color-profile=srgb"]
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Tab": "\ue004",
        "Down": "\ue015", "Up": "\ue013", "End": "\ue010"}
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


def find_driver():
    """(chromedriver, chromium), or None if they are not installed."""
    driver = shutil.which("chromedriver")
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    return (driver, browser) if driver and browser else None


class Browser:
    def __init__(self):
        driver, chromium = find_driver()
        self.profile = tempfile.mkdtemp(prefix="lockcheck-html.")
        self.process = subprocess.Popen(
            [driver, "--port=0"], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            port = re.search(r"started successfully on port (\d+)", line)
            if port:
                break
        self.base = f"http://127.0.0.1:{port[1]}"
        self.session = ""
        made = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {
                "binary": chromium,
                "args": FLAGS + [f"--user-data-dir={self.profile}"]},
            "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.session = "/session/" + made["sessionId"]

    def close(self):
        try:
            self.call("DELETE", "")
        except OSError:
            pass
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.profile, ignore_errors=True)

    def call(self, method, path, body=None):
        request = urllib.request.Request(
            self.base + self.session + path, method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as fault:
            raise RuntimeError(fault.read().decode()[:800]) from fault

    def cdp(self, command, **params):
        return self.call("POST", "/goog/cdp/execute",
                         {"cmd": command, "params": params})

    # ---- what a person does ----

    def open(self, path, fragment=""):
        """A fresh page, also if only the fragment differs."""
        self.call("POST", "/url", {"url": "about:blank"})
        self.call("POST", "/url", {"url": f"file://{path}{fragment}"})

    def size(self, width, height, phone=False):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width,
                 height=height, deviceScaleFactor=1, mobile=phone)

    def scheme(self, name):
        self.cdp("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": name}])

    def press(self, *keys):
        """To whatever has the focus."""
        actions = []
        for key in keys:
            for kind in ("keyDown", "keyUp"):
                actions.append({"type": kind, "value": KEYS.get(key, key)})
        self.call("POST", "/actions", {"actions": [
            {"type": "key", "id": "keys", "actions": actions}]})

    def element(self, css):
        return self.call("POST", "/element",
                         {"using": "css selector", "value": css})[ELEMENT]

    def click(self, css):
        self.call("POST", f"/element/{self.element(css)}/click", {})

    def type(self, css, text):
        self.call("POST", f"/element/{self.element(css)}/value",
                  {"text": text})

    # ---- what a person sees ----

    def js(self, code, *args):
        return self.call("POST", "/execute/sync",
                         {"script": code, "args": list(args)})

    def text(self, css):
        return self.js("return (document.querySelector(arguments[0]) || {})"
                       ".innerText || ''", css)

    def count(self, css):
        return self.js("return document.querySelectorAll(arguments[0]).length",
                       css)

    def until(self, code, *args):
        """Waits until the JavaScript is true."""
        for _ in range(100):
            got = self.js(code, *args)
            if got:
                return got
            time.sleep(0.05)
        raise AssertionError(f"never came true: {code} {args}")

    def picture(self, path):
        with open(path, "wb") as f:
            f.write(base64.b64decode(self.call("GET", "/screenshot")))

    def complaints(self):
        """Errors and policy violations that the browser logged."""
        return [e["message"] for e in
                self.call("POST", "/se/log", {"type": "browser"})
                if e["level"] in ("SEVERE", "WARNING")]
