"""Training clips from videos: shots, persons, masks, clean backgrounds, shards."""
