"""Two browsers that are not Chromium, driven by the W3C's WebDriver and nothing but the standard library.

Firefox speaks them itself (Marionette, over TCP); WebKitGTK through its WebKitWebDriver (over HTTP), on an X server
of its own. Debian: apt install firefox-esr; apt install webkit2gtk-driver xvfb.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

STARTING = 90  # seconds
# What a page's function returns or throws, whether it waits or not
CALLED = """const done = arguments[arguments.length - 1];
Promise.resolve().then(() => (%s)(...Array.from(arguments).slice(0, -1)))
  .then((value) => done({ value: value ?? null }), (error) => done({ error: `${error}\\n${error.stack}` }));"""

HEARING = """() => {
  globalThis.heard = [];
  for (const kind of ["error", "unhandledrejection", "securitypolicyviolation"]) {
    const said = (event) => event.message ?? event.reason ?? event.violatedDirective;
    addEventListener(kind, (event) => heard.push(`${kind}: ${said(event)}`));
  }
}"""


def waited(condition: Any, what: str, seconds: float = 30) -> Any:
    """Wait until condition() is true; return what it is."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.05)
    return found


class Browser:
    """What both have; ``command(method, path, body)`` is a command of WebDriver."""

    downloads: Path

    def evaluate(self, function: str, *given: Any) -> Any:
        answer = self.command("ExecuteAsyncScript", "/execute/async", script=CALLED % function, args=list(given))
        assert "error" not in answer, answer["error"]
        return answer["value"]

    def wait_for(self, function: str, *given: Any, seconds: float = 60) -> Any:
        return waited(lambda: self.evaluate(function, *given), function, seconds)

    def go(self, url: str) -> None:
        self.command("Navigate", "/url", url="about:blank")  # else another hash is no new page
        self.command("Navigate", "/url", url=url)

    def screenshot(self) -> bytes:
        return base64.b64decode(self.command("TakeScreenshot", "/screenshot", full=False, hash=False))

    def point(self, *steps: dict[str, Any]) -> None:
        """Move and press the mouse: steps as WebDriver has them."""
        mouse = {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": list(steps)}
        self.command("PerformActions", "/actions", actions=[mouse])

    def command(self, name: str, path: str, **parameters: Any) -> Any:
        raise NotImplementedError

    def errors(self) -> list[str]:
        """List what went wrong in pages since the last call, as the browser's own console says."""
        raise NotImplementedError


class Firefox(Browser):
    """A headless Firefox with a profile of its own in ``folder``."""

    @staticmethod
    def missing() -> str:
        return "" if _firefox() else "needs Firefox (Debian: apt install firefox-esr)"

    def __init__(self, folder: Path) -> None:
        self.downloads = folder / "downloads"
        profile = folder / "profile"
        for made in (self.downloads, profile):
            made.mkdir()
        wanted = {
            "marionette.port": 0, "browser.download.folderList": 2, "browser.download.dir": str(self.downloads),
            "datareporting.policy.dataSubmissionEnabled": False, "app.normandy.enabled": False, "network.proxy.type": 0,
        }  # fmt: skip
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in wanted.items()]
        (profile / "user.js").write_text("".join(lines))
        options = ["--headless", "--marionette", "--remote-allow-system-access", "--no-remote", "--profile", profile]
        self.process = subprocess.Popen(
            [_firefox(), *options, "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": str(folder)},
        )
        port = profile / "MarionetteActivePort"
        waited(lambda: port.exists() and port.read_text().strip(), "Firefox", STARTING)
        self.wire = socket.create_connection(("127.0.0.1", int(port.read_text())), STARTING)
        self.stream = self.wire.makefile("rb")
        self.sent = 0
        self.read()
        self.ask("WebDriver:NewSession", capabilities={})
        self.ask("WebDriver:SetWindowRect", width=1200, height=900)
        self.errors()

    def read(self) -> Any:
        length = b""
        while (digit := self.stream.read(1)) != b":":
            assert digit, "Firefox has ended"
            length += digit
        return json.loads(self.stream.read(int(length)))

    def ask(self, name: str, **parameters: Any) -> Any:
        self.sent += 1
        text = json.dumps([0, self.sent, name, parameters]).encode()
        self.wire.sendall(b"%d:%s" % (len(text), text))
        _, _, error, result = self.read()
        assert not error, error
        return result["value"] if isinstance(result, dict) and list(result) == ["value"] else result

    def command(self, name: str, path: str, **parameters: Any) -> Any:
        # no sandbox, so that a script sees what the page's own scripts see
        return self.ask(f"WebDriver:{name}", **parameters, **({"sandbox": None} if "script" in parameters else {}))

    def errors(self) -> list[str]:
        self.ask("Marionette:SetContext", value="chrome")
        script = """const found = Services.console.getMessageArray().filter((one) => one instanceof Ci.nsIScriptError
            && !(one.flags & 9) && !/^(chrome|resource|moz-extension):/.test(one.sourceName));
          Services.console.reset();
          return found.map((one) => `${one.category}: ${one.errorMessage} ${one.sourceName.slice(0, 200)}`);"""
        found: list[str] = self.ask("WebDriver:ExecuteScript", script=script, args=[])
        self.ask("Marionette:SetContext", value="content")
        return found

    def close(self) -> None:
        self.stream.close()
        self.wire.close()
        self.process.terminate()
        self.process.wait(30)


class WebKit(Browser):
    """WebKitGTK's little browser on an X server of its own."""

    @staticmethod
    def missing() -> str:
        there = shutil.which("WebKitWebDriver") and shutil.which("Xvfb") and _minibrowser()
        return "" if there else "needs WebKitGTK and Xvfb (Debian: apt install webkit2gtk-driver xvfb)"

    def __init__(self, folder: Path) -> None:
        self.downloads = folder / "downloads"
        self.downloads.mkdir()
        (folder / "user-dirs.dirs").write_text(f'XDG_DOWNLOAD_DIR="{self.downloads}"\n')
        own = {"HOME": folder, "XDG_CONFIG_HOME": folder, "XDG_DATA_HOME": folder, "XDG_CACHE_HOME": folder}
        self.screen = subprocess.Popen(
            ["Xvfb", "-displayfd", "1", "-screen", "0", "1400x1000x24", "-nolisten", "tcp"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self.screen.stdout
        with self.screen.stdout as said:
            display = f":{said.readline().decode().strip()}"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.process = subprocess.Popen(
            ["WebKitWebDriver", f"--port={port}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **{name: str(path) for name, path in own.items()}, "DISPLAY": display},
        )
        self.base = f"http://127.0.0.1:{port}"
        self.kept: list[str] = []
        waited(self.answers, "WebKitWebDriver", STARTING)
        options = {"binary": _minibrowser(), "args": ["--automation"]}
        wanted = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        self.base += f"/session/{self.post('/session', wanted)['sessionId']}"
        self.post("/window/rect", {"width": 1200, "height": 900})

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.base}/status", timeout=5):
                return True
        except OSError:
            return False

    def post(self, path: str, body: dict[str, Any] | None, method: str = "POST") -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from None

    def command(self, name: str, path: str, **parameters: Any) -> Any:
        return self.post(path, None, "GET") if name == "TakeScreenshot" else self.post(path, parameters)

    def go(self, url: str) -> None:
        self.kept = self.errors()
        super().go(url)
        self.evaluate(HEARING)

    def errors(self) -> list[str]:
        # its driver has no log: what happens from the end of loading on
        found, self.kept = self.kept + self.evaluate("() => globalThis.heard?.splice(0) ?? []"), []
        return found

    def close(self) -> None:
        self.post("", None, "DELETE")
        for process in (self.process, self.screen):
            process.terminate()
            process.wait(30)


def _firefox() -> str:
    return next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), "")


def _minibrowser() -> str:
    found = [
        *Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"),
        *Path("/usr/libexec").glob("webkit2gtk-4.*/MiniBrowser"),
    ]
    return str(max(found, default=""))
