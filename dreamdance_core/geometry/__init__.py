"""Mathematics of cameras and rigid motion; float32, OpenCV axes, pixel centres at +0.5."""
