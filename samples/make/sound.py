"""The clip's beat: two seconds at 120 bpm, kick, clap, hat, a bass and plucked chords, synthesised."""

import numpy as np

RATE = 44100


def _decay(seconds: float, rate: float) -> tuple[np.ndarray, np.ndarray]:
    t = np.arange(int(seconds * RATE)) / RATE
    return t, np.exp(-rate * t)


def _pluck(pitch: float, seconds: float) -> np.ndarray:
    t, fade = _decay(seconds, 6.5)
    tone = sum(np.sin(2 * np.pi * pitch * k * t) / k**1.7 for k in (1, 2, 3, 4))
    return tone * fade * np.minimum(t / 0.004, 1)


def beat(seconds: float, seed: int) -> np.ndarray:
    """Stereo samples (2,N) float32 in -1..1 that loop after `seconds`."""
    random = np.random.default_rng(seed)
    count = int(round(seconds * RATE))
    track = np.zeros((2, count))

    def add(sound, at, gain, pan=0.0):
        index = (int(at * RATE) + np.arange(len(sound))) % count
        np.add.at(track[0], index, gain * (1 - pan) * sound)
        np.add.at(track[1], index, gain * (1 + pan) * sound)

    t, fade = _decay(0.30, 13)
    kick = np.sin(2 * np.pi * (52 * t + 2.6 * (1 - np.exp(-32 * t)))) * fade
    _, snap = _decay(0.16, 26)
    clap = random.standard_normal(len(snap)) * snap
    _, tick = _decay(0.05, 90)
    hat = np.diff(random.standard_normal(len(tick) + 1)) * tick
    for k in range(4):
        add(kick, 0.5 * k, 0.62)
        add(hat, 0.5 * k + 0.25, 0.10, 0.3)
        add(hat, 0.5 * k + 0.375, 0.05, -0.3)
        if k % 2:
            add(clap, 0.5 * k, 0.14)
    chords = [(261.63, 329.63, 392.0), (220.0, 261.63, 329.63), (174.61, 261.63, 349.23), (196.0, 293.66, 392.0)]
    for k, chord in enumerate(chords):
        add(_pluck(chord[0] / 4, 0.45), 0.5 * k, 0.26)
        for n, pitch in enumerate(chord):
            add(_pluck(pitch * 2, 0.5), 0.5 * k + 0.125 * n, 0.10, (-0.4, 0.0, 0.4)[n])
    return (0.85 * track / np.abs(track).max()).astype(np.float32)
