"""DreamDance: animate character art inside its own Gaussian scene. Tensors in, tensors out; knows no ComfyUI."""
