"""BiRefNet: the network of several published segmentation weights, and the picture's way in and out of it."""
