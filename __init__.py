"""DreamDance for ComfyUI: animate a character picture inside its own stable 3D scene. The nodes are in nodes/."""

WEB_DIRECTORY = "./web"


async def comfy_entrypoint():
    """The pack's ComfyExtension (called by ComfyUI once, at start-up)."""
    from .nodes import DreamDanceExtension

    return DreamDanceExtension()
