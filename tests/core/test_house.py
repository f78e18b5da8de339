"""The house rules, enforced on every Python file by its syntax tree. Trap 67 (no torch among the requirements)."""

from __future__ import annotations
import __future__

import ast
import builtins
import dis
import hashlib
import re
import subprocess
import sys
import types
from pathlib import Path

import pytest
import tomllib

ROOT = Path(__file__).resolve().parents[2]
HIDDEN = {"node_modules", "dist", "build", "dreamdance_out", "__pycache__"}
TEXT = {".py", ".md", ".toml", ".txt", ".json", ".js", ".mjs", ".css", ".html", ".yml", ".yaml", ""}
HOST = {"comfy", "comfy_api", "comfy_extras", "comfy_execution", "folder_paths", "server", "nodes", "execution"}
HEAVY = {"diffusers", "transformers", "gsplat", "onnxruntime", "numba", "pycolmap", "warp"}
HEAVY |= {"ai_edge_litert", "accelerate"}
FAMILIES = {"segment", "pose", "camera", "depth", "caption", "inpaint", "video", "scene", "gaussians", "long", "plate"}
GROUND = {"types", "runtime", "geometry", "io", "process"}
CONVERTER = Path("dreamdance_core/io/weights.py")  # turns a published pickle of plain arrays into safetensors, once
ALLOWED = {  # package or module of core -> what it may import from core, besides itself
    "__init__": set(),
    "types": set(),
    "runtime": {"types"},
    "backends": {"runtime", "types"},
    "process": {"types", "runtime"},
    "geometry": {"types"},
    "io": {"types", "runtime", "geometry", "__version__"},
    **dict.fromkeys(FAMILIES, GROUND),
    "training": GROUND | FAMILIES,
    "evaluation": GROUND | {"pipeline"},
}


def files(suffixes: set[str]) -> list[Path]:
    """All files of the project with these suffixes, hidden and ignored folders left out."""
    found = []
    for path in ROOT.rglob("*"):
        inside = path.relative_to(ROOT)
        hidden = any(part.startswith(".") and part != ".ci" or part in HIDDEN for part in inside.parts)
        if not hidden and path.suffix in suffixes and path.is_file() and path.name != "uv.lock":
            found.append(inside)
    return sorted(found)


PYTHON = files({".py"})


def imports(tree: ast.AST, place: Path) -> list[tuple[int, str]]:
    """(line, dotted name) of every import, relative ones resolved against the file's package."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = list(place.parent.parts)[: len(place.parent.parts) - node.level + 1] if node.level else []
            stem = ".".join([*base, *([node.module] if node.module else [])])
            found += [(node.lineno, f"{stem}.{alias.name}") for alias in node.names]
    return found


def dotted(node: ast.expr) -> str:
    """`a.b.c` of a name or an attribute chain, else ''."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


def direction(tree: ast.AST, place: Path) -> list[str]:
    """Who may import whom."""
    bad = []
    top = place.parts[0]
    for line, name in imports(tree, place):
        parts = name.split(".")
        if top == "dreamdance_core" and parts[0] in HOST:
            bad.append(f"{place}:{line} core knows no host, imports {name}")
        elif top == "dreamdance_core" and parts[0] == top and len(parts) > 1:
            own = place.parts[1].removesuffix(".py")
            allowed = ALLOWED.get(own)
            if allowed is not None and parts[1] not in allowed | {own}:
                bad.append(f"{place}:{line} {own} may not import {parts[1]}")
        elif top not in ("nodes", "tests", "__init__.py") and parts[0] in (
            "nodes",
            "comfy",
            "folder_paths",
            "comfy_api",
        ):
            bad.append(f"{place}:{line} only nodes import {name}")
        if top != "dreamdance_core" and parts[:2] == ["nodes", "host"] and top not in ("nodes", "tests"):
            bad.append(f"{place}:{line} nobody imports nodes")
    return bad


def relative(tree: ast.AST, place: Path) -> list[str]:
    """Inside core and nodes the pack imports itself relatively: a host loads it by path, under another name."""
    if place.parts[0] not in ("dreamdance_core", "nodes", "__init__.py"):
        return []
    bad = []
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        own = ("dreamdance_core", "nodes")
        bad += [f"{place}:{node.lineno} absolute import of {n}" for n in names if n.split(".")[0] in own]
    return bad


def excepts(tree: ast.AST, place: Path) -> list[str]:
    """No bare and no broad except."""
    bad = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if any(one is None or dotted(one).split(".")[-1] in ("Exception", "BaseException") for one in caught):
                bad.append(f"{place}:{node.lineno} bare or broad except")
    return bad


def forbidden(tree: ast.AST, place: Path) -> list[str]:
    """No sys.path, pickle, eval, exec, os.system; subprocess only where a program is run on purpose."""
    bad = []
    product = place.parts[0] in ("dreamdance_core", "nodes", "__init__.py")
    runs_programs = place.parts[-2:] == ("io", "video.py") or place.name == "process.py" or "workers" in place.parts
    for node in ast.walk(tree):
        name = dotted(node) if isinstance(node, ast.Name | ast.Attribute) else ""
        if name in ("os.system", "os.popen") or (name == "sys.path" and place.parts[0] != "tests"):
            bad.append(f"{place}:{node.lineno} {name}")
        if isinstance(node, ast.Call) and dotted(node.func) in ("eval", "exec", "builtins.eval", "builtins.exec"):
            bad.append(f"{place}:{node.lineno} {dotted(node.func)}")
    for line, name in imports(tree, place):
        head = name.split(".")[0]
        if head == "pickle" and place == CONVERTER:
            continue
        if head in ("pickle", "dill", "cloudpickle", "marshal", "shelve"):
            bad.append(f"{place}:{line} {head}")
        if head == "subprocess" and product and not runs_programs:
            bad.append(f"{place}:{line} subprocess")
    return bad


def sizes(tree: ast.AST, place: Path) -> list[str]:
    """Functions of at most 60 lines and, in the product, 8 parameters; kernels and node schemas may be longer.

    A node's `execute` has one parameter per socket, and a diffusers config one per field: a schema decides how many.
    """
    bad = []
    product = place.parts[0] in ("dreamdance_core", "nodes")
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        marks = [dotted(d.func if isinstance(d, ast.Call) else d).split(".")[-1] for d in node.decorator_list]
        kernel = place.name.endswith("kernels.py") or any(mark in ("jit", "njit", "kernel") for mark in marks)
        lines = node.end_lineno - node.lineno + 1
        if lines > 60 and not kernel and node.name != "define_schema":
            bad.append(f"{place}:{node.lineno} {node.name} has {lines} lines")
        named = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        count = len([name for name in named if name not in ("self", "cls")])
        sockets = place.parts[0] == "nodes" and node.name in ("execute", "validate_inputs", "fingerprint_inputs")
        if product and count > 8 and not (kernel or sockets or "register_to_config" in marks):
            bad.append(f"{place}:{node.lineno} {node.name} has {count} parameters")
    return bad


def names(tree: ast.Module, place: Path) -> list[str]:
    """Every name that code looks up beyond its own function exists; lint is off for it, as shapes look like names."""
    code = compile(tree, str(place), "exec", flags=__future__.annotations.compiler_flag, dont_inherit=True)
    known = {i.argval for i in dis.get_instructions(code) if i.opname.startswith("STORE_")}
    known |= {*dir(builtins), "__file__", "__annotations__", "__module__", "__qualname__"}
    bad, inner = [], [code]
    while inner:
        code = inner.pop()
        inner += [part for part in code.co_consts if isinstance(part, types.CodeType)]
        own = {i.argval for i in dis.get_instructions(code) if i.opname == "STORE_NAME"}  # of a class body
        looked = {i.argval for i in dis.get_instructions(code) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
        bad += [f"{place}:{code.co_firstlineno} {code.co_name} uses {name}" for name in sorted(looked - known - own)]
    return bad


RULES = (direction, relative, excepts, forbidden, sizes, names)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_file_keeps_the_rule(rule):
    assert len(PYTHON) > 50
    bad = [line for place in PYTHON for line in rule(ast.parse((ROOT / place).read_text("utf-8")), place)]
    assert not bad, "\n".join(bad)


@pytest.mark.parametrize(
    ("rule", "place", "source"),
    [
        (direction, "dreamdance_core/scene/warp.py", "from ..gaussians.fit import fit"),
        (direction, "dreamdance_core/depth/backends/room.py", "from ...inpaint import x"),
        (direction, "dreamdance_core/geometry/align.py", "from ..runtime import Runtime"),
        (direction, "dreamdance_core/cli.py", "import folder_paths"),
        (direction, "benchmarks/x.py", "import comfy.utils"),
        (relative, "nodes/scene.py", "from dreamdance_core.types import Depth"),
        (excepts, "nodes/a.py", "try:\n    x\nexcept (OSError, Exception):\n    pass"),
        (excepts, "nodes/a.py", "try:\n    x\nexcept:\n    raise"),
        (forbidden, "benchmarks/a.py", "import sys\nsys.path.insert(0, '')"),
        (forbidden, "dreamdance_core/pose/a.py", "from subprocess import run"),
        (forbidden, "dreamdance_core/pose/a.py", "import pickle"),
        (forbidden, "dreamdance_core/io/stages.py", "import pickle"),
        (forbidden, str(CONVERTER), "import dill"),
        (forbidden, "dreamdance_core/pose/a.py", "exec('1')"),
        (sizes, "dreamdance_core/a.py", "def f():\n" + "    x\n" * 60),
        (sizes, "dreamdance_core/a.py", "def f(a, b, c, d, e, *, f, g, h, i): pass"),
        (names, "dreamdance_core/a.py", "def f():\n    return notes"),
        (names, "dreamdance_core/a.py", "class A:\n    b = 1\n    def f(self):\n        return [b for _ in self]"),
    ],
)
def test_the_rules_notice(rule, place, source):
    assert rule(ast.parse(source), Path(place))


def test_files_are_short():
    long = {str(p): n for p in PYTHON if (n := len((ROOT / p).read_text("utf-8").splitlines())) > 400}
    assert not long


def test_importing_core_stays_light():
    """Every module of core but the backends, rasterizers and workers, in a fresh interpreter."""
    skipped = {"backends", "rasterizers", "workers", "training"}
    modules = [
        ".".join(place.with_suffix("").parts).removesuffix(".__init__")
        for place in PYTHON
        if place.parts[0] == "dreamdance_core" and not skipped & set(place.parts[1:-1])
    ]
    assert "dreamdance_core.backends" in modules and len(modules) > 20
    code = (
        f"import importlib, sys\nfor name in {modules}: importlib.import_module(name)\n"
        f"print(*sorted({HEAVY!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""


def test_requirements_are_the_projects_and_leave_torch_alone():
    """Trap 67."""
    listed = (ROOT / "requirements.txt").read_text("utf-8").split("\n")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert [line for line in listed if line] == project["dependencies"]
    names = {re.split(r"[<>=~!\[; ]", line)[0].lower() for line in listed}
    assert not names & {"torch", "torchvision", "torchaudio", "numpy", "timm", "xformers"}


VENDORED_IMPORT = re.compile(
    r"""\bimport\s*\(?\s*['"]([^'"\n]+)['"]|\b(?:im|ex)port\b[^;'"]*?\bfrom\s*['"]([^'"]+)['"]"""
)


def test_vendored_modules_import_only_what_the_loader_resolves():
    """web/vendor.mjs points every import of a vendored file at another vendored file; no name is left to a CDN."""
    assert VENDORED_IMPORT.search('import * as T from "three"') and VENDORED_IMPORT.search('import("three")')
    loader = (ROOT / "web" / "vendor.mjs").read_text("utf-8")
    table = re.search(r"const FILES = \{(.*?)\};", loader).group(1)
    files_of = {a or b: file for a, b, file in re.findall(r'(?:"([^"]+)"|(\w+)): "([^"]+)"', table)}
    statement = re.compile(re.search(r"const IMPORT = /(.*)/gm;", loader).group(1), re.MULTILINE)
    vendored = {place.name: (ROOT / place).read_text("utf-8") for place in files({".mjs"}) if "vendor" in place.parts}
    assert len(vendored) == 3 and set(files_of.values()) < set(vendored)
    for name, text in vendored.items():
        wanted = {match.group(1) or match.group(2) for match in VENDORED_IMPORT.finditer(text)}
        assert wanted <= set(files_of), name
        assert {match.group(3) for match in statement.finditer(text)} == wanted, name


def test_vendored_modules_are_as_published():
    """Sum, version and licence of each stand in web/vendor/README.md."""
    folder = ROOT / "web" / "vendor"
    readme = (folder / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| (\S+\.mjs) \| \S+ \| [\d.]+ \| \S+ \| MIT \((\S+)\) \| (\w{64}) \|$", readme, re.MULTILINE)
    assert {name for name, _, _ in rows} == {path.name for path in folder.glob("*js")}
    for name, licence, digest in rows:
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name
        assert "Permission is hereby granted" in (folder / licence).read_text("utf-8")


def test_no_text_names_a_machine_or_a_registry_host():
    names = ("/wo" + "rk/", "python" + "hosted", "pypi.org/" + "simple", "registry." + "npmjs")
    bad = []
    for place in files(TEXT):
        text = (ROOT / place).read_bytes().decode("utf-8", errors="replace")
        bad += [f"{place}: {name}" for name in names if name in text]
    assert not bad, "\n".join(bad)
