"""Headless Chromium on the running ComfyUI, with a log of what the page complains about and asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

_CHROMIUM = next((p for p in map(Path, ("/usr/bin/chromium", "/usr/bin/chromium-browser")) if p.is_file()), None)
_FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--ignore-gpu-blocklist"]
_GRAPHICS = (["--use-gl=angle", "--use-angle=gl-egl"], ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"])
_HAS_WEBGL = "() => Boolean(document.createElement('canvas').getContext('webgl2'))"


def _with_webgl(playwright):
    """A browser that draws WebGL 2, by Mesa where it is installed, else by its own software."""
    for graphics in _GRAPHICS:
        browser = playwright.chromium.launch(executable_path=str(_CHROMIUM), args=[*_FLAGS, *graphics])
        page = browser.new_page()
        able = page.evaluate(_HAS_WEBGL)
        page.close()
        if able:
            return browser
        browser.close()
    raise RuntimeError("Chromium draws no WebGL 2 here; install libegl1 and libgl1-mesa-dri")


@pytest.fixture(scope="session")
def browser():
    if _CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = _with_webgl(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def page(browser, comfyui):
    comfyui.post("/settings", {"Comfy.TutorialCompleted": True})  # else the template browser opens over the canvas
    page = browser.new_page(viewport={"width": 1600, "height": 900})
    page.complaints, page.requests = [], []
    page.on("console", lambda m: page.complaints.append(f"{m.type}: {m.text}") if m.type == "error" else None)
    page.on("pageerror", lambda error: page.complaints.append(f"page: {error}"))
    page.on("request", lambda request: page.requests.append(request.url))
    page.goto(comfyui.url, wait_until="domcontentloaded", timeout=120_000)
    page.wait_for_function("() => window.app?.graph && window.app.extensionManager", timeout=120_000)
    page.wait_for_function("() => Object.keys(window.LiteGraph.registered_node_types).length > 300", timeout=120_000)
    page.wait_for_timeout(1000)
    yield page
    page.close()
    comfyui.post("/queue", {"clear": True})  # what the page left running must not keep the next one waiting
    comfyui.post("/interrupt", {})
