"""Made-up training clips: drawn figures that move in painted scenes under a moving camera, everything known exactly.

For trying a training setup, for measuring what training does, and for tests; a clip is a function of its seed.
"""
