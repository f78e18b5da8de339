"""Files in and out: pictures, videos, Gaussians, cameras, poses, weights."""
