"""Turns a shipped workflow (UI format 0.4) into what /prompt takes, by the server's own /object_info."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_WIDGETS = {"INT", "FLOAT", "STRING", "BOOLEAN", "COMBO", "COMFY_DYNAMICCOMBO_V3", "LOAD_3D", "COLOR"}
_CONTROLLED = ("seed", "noise_seed")


def _inputs_of(spec: dict) -> Iterator[tuple[str, Any, dict, bool]]:
    for part in ("required", "optional"):
        for name, entry in spec.get(part, {}).items():
            yield name, entry[0], entry[1] if len(entry) > 1 else {}, part == "optional"


def _widgets(spec: dict, values: list, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every widget's dotted key and value, in the order in which they stand in widgets_values (which is used up).

    As in the frontend, a file saved before a node got its last optional widgets leaves them at their defaults.
    """
    for name, kind, options, optional in _inputs_of(spec):
        if not (isinstance(kind, list) or kind in _WIDGETS) or options.get("forceInput"):
            continue
        if optional and not values:
            continue
        value = values.pop(0)
        yield prefix + name, value
        if kind == "COMFY_DYNAMICCOMBO_V3":
            chosen = next(option for option in options["options"] if option["key"] == value)
            yield from _widgets(chosen["inputs"], values, f"{prefix}{name}.")
        if options.get("control_after_generate", kind == "INT" and name in _CONTROLLED):
            values.pop(0)
        if options.get("image_upload") or options.get("video_upload"):
            values.pop(0)


def to_api(workflow: dict, object_info: dict) -> dict[str, dict]:
    """The API-format prompt. Raises ValueError when widget values do not fit the node, naming it."""
    sources = {link[0]: [str(link[1]), link[2]] for link in workflow["links"]}
    prompt = {}
    for node in workflow["nodes"]:
        if node["type"] in ("Note", "MarkdownNote"):
            continue
        stored = node.get("widgets_values") or []
        values = [] if isinstance(stored, dict) else list(stored)
        # VideoHelperSuite stores its widgets by name, those of the chosen format among them.
        inputs = (
            dict(stored) if isinstance(stored, dict) else dict(_widgets(object_info[node["type"]]["input"], values))
        )
        if values:
            raise ValueError(f"{node['type']}: widgets_values has {len(values)} values too many: {values}")
        for socket in node.get("inputs", []):
            if socket.get("link") is not None:
                inputs[socket["name"]] = sources[socket["link"]]
        title = node.get("title", node["type"])
        prompt[str(node["id"])] = {"class_type": node["type"], "inputs": inputs, "_meta": {"title": title}}
    return prompt
