"""DreamDance: animate character art inside its own Gaussian scene. Tensors in, tensors out; knows no ComfyUI."""

__version__ = "0.1.0"  # that of pyproject.toml, a test; results stored by another version are not reused
