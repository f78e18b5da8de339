"""Long videos: planning of overlapping windows and fusion of what was made in them. Knows no model."""
