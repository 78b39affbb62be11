"""Drives Chromium for the tests, over the WebDriver protocol (W3C) that Debian's chromium-driver speaks."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

KEYS = {"tab": "\ue004", "enter": "\ue007", "escape": "\ue00c", "space": "\ue00d", "end": "\ue010"}


class Browser:
    """One window. A script sees its arguments as ``arguments`` and returns plain data."""

    def __init__(self, address: str, profile: Path) -> None:
        self._http = requests.Session()
        self._http.trust_env = False
        arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={profile}",
        ]
        options = {
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"performance": "ALL", "browser": "ALL"},
        }
        self._session = address
        found = self._call("POST", "/session", {"capabilities": {"alwaysMatch": options}})
        self._session = f"{address}/session/{found['sessionId']}"

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = self._http.request(method, self._session + path, json=body, timeout=60).json()["value"]
        if isinstance(answer, dict) and "error" in answer:
            raise AssertionError(f"{answer['error']}: {answer['message']}")
        return answer

    def open(self, path: Path) -> None:
        self.visit(path.resolve().as_uri())

    def visit(self, address: str) -> None:
        self._call("POST", "/url", {"url": address})

    def run(self, script: str, *arguments: Any) -> Any:
        return self._call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def press(self, *keys: str) -> None:
        """Press keys, by name or as text, wherever the focus is."""
        actions = []
        for key in keys:
            for character in KEYS.get(key, key):
                actions += [{"type": "keyDown", "value": character}, {"type": "keyUp", "value": character}]
        self._call("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def resize(self, width: int, height: int) -> None:
        """Give the page itself this size, as a phone would; a window cannot be that narrow."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        command = {"cmd": "Emulation.setDeviceMetricsOverride", "params": metrics}
        self._call("POST", "/goog/cdp/execute", command)

    def tree(self) -> list[tuple[str, str]]:
        """Return role and name of what a screen reader finds, in order."""
        nodes = self._call("POST", "/goog/cdp/execute", {"cmd": "Accessibility.getFullAXTree", "params": {}})["nodes"]
        kept = [node for node in nodes if not node["ignored"]]
        return [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in kept]

    def screenshot(self) -> str:
        """Return the visible part as PNG, in base64."""
        return str(self._call("GET", "/screenshot"))

    def pdf(self) -> str:
        """Return the page as printed on A4, in base64."""
        return str(self._call("POST", "/print", {"page": {"width": 21.0, "height": 29.7}}))

    def log(self, kind: str) -> list[str]:
        return [entry["message"] for entry in self._call("POST", "/se/log", {"type": kind})]

    def close(self) -> None:
        self._call("DELETE", "")
        self._http.close()


@contextmanager
def chromium(profile: Path) -> Iterator[Browser]:
    """Start a driver on a port of its own choosing, and a browser; end both."""
    with subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True) as driver:
        assert driver.stdout is not None
        try:
            port = next(
                found.group(1)
                for line in driver.stdout
                if (found := re.search(r"on port (\d+)", line)) and "success" in line
            )
            browser = Browser(f"http://127.0.0.1:{port}", profile)
            try:
                yield browser
            finally:
                browser.close()
        finally:
            driver.terminate()
