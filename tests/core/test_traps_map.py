"""docs/traps.md names tests that exist, and no trap is without one."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "traps.md"
COUNT = 73
REFERENCE = re.compile(r"`([a-z_/]+\.py)::([a-z0-9_]+)`")


def rows() -> dict[int, tuple[str, str]]:
    """Trap number -> (what it is, where it is tested)."""
    found = {}
    for line in PAGE.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) == 3 and cells[0].isdigit():
            assert int(cells[0]) not in found, f"trap {cells[0]} has two rows"
            found[int(cells[0])] = (cells[1], cells[2])
    return found


def functions(file: Path) -> set[str]:
    tree = ast.parse(file.read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_trap_has_a_row():
    table = rows()
    assert sorted(table) == list(range(1, COUNT + 1))
    for number, (what, where) in table.items():
        assert len(what) > 15, number
        assert REFERENCE.search(where), number


def test_every_named_test_exists():
    known, wrong = {}, []
    for number, (_, where) in rows().items():
        for name, test in REFERENCE.findall(where):
            file = ROOT / "tests" / name
            if name not in known:
                known[name] = functions(file) if file.is_file() else set()
            if test not in known[name]:
                wrong.append(f"trap {number}: {name}::{test}")
    assert not wrong, "\n".join(wrong)
