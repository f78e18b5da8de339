"""An own drawn-looking head: the head's mesh, the painted face, and hair made of tapered locks."""

import cv2
import numpy as np
from paint import sample
from raster import Mesh
from shapes import bezier, sheet, sweep

CHIN, CROWN, DEPTH_CENTRE = 1.600, 1.866, -0.062
SCALE = 6000  # texture pixels per metre
EYE_X, EYE_Z, NOSE_Z, MOUTH_Z = 0.0385, 1.708, 1.666, 1.637

_T = [0, 0.05, 0.13, 0.25, 0.40, 0.60, 0.75, 0.88, 0.96, 1.0]
_WIDTH = [0.011, 0.029, 0.047, 0.068, 0.083, 0.090, 0.086, 0.065, 0.037, 0.001]
_FRONT = [0.070, 0.088, 0.095, 0.099, 0.101, 0.100, 0.090, 0.066, 0.038, 0.001]
_BACK = [0.001, 0.010, 0.025, 0.055, 0.084, 0.100, 0.096, 0.071, 0.040, 0.001]


def head_point(phi, t, puff=0.0):
    """Points (...,3) of the head: angle phi (0 = front, + = the figure's left), height t in 0..1, `puff` metres out."""
    phi, t = np.broadcast_arrays(np.asarray(phi, float), np.asarray(t, float))
    width = np.interp(t, _T, _WIDTH)
    depth = np.where(np.cos(phi) > 0, np.interp(t, _T, _FRONT), np.interp(t, _T, _BACK))
    s, c = np.sin(phi), np.cos(phi)
    power = 2 / 2.25
    x = width * np.sign(s) * np.abs(s) ** power
    y = -depth * np.sign(c) * np.abs(c) ** power
    point = np.stack([x, y + DEPTH_CENTRE, CHIN + t * (CROWN - CHIN)], -1)
    centre = np.array([0, DEPTH_CENTRE, CHIN + 0.62 * (CROWN - CHIN)])
    out = point - centre
    return point + np.asarray(puff)[..., None] * out / np.linalg.norm(out, axis=-1, keepdims=True)


def head_mesh(part: int) -> Mesh:
    """The bald head; its uv are (x, z) in metres for the painted face."""
    t = 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, 48))
    phi = np.linspace(-np.pi, np.pi, 96, endpoint=False)
    points = head_point(phi[None], t[:, None])
    floor = np.broadcast_to([0, DEPTH_CENTRE - 0.05, CHIN + 0.003], points[:1].shape)
    points = np.concatenate([floor, points])
    mesh = sheet(points, "face", part)
    return Mesh(vertices=mesh.vertices, faces=mesh.faces, uv=mesh.vertices[:, [0, 2]], material="face", part=part)


def ear_meshes(part: int) -> list[Mesh]:
    """Two small ears."""
    ears = []
    for side in (1, -1):
        z = np.linspace(1.672, 1.722, 12)
        path = np.stack([np.full(12, side * 0.086), np.linspace(-0.058, -0.05, 12), z], -1)
        width = 0.013 * np.sin(np.linspace(0.25, np.pi - 0.15, 12))
        ears.append(sweep(path, np.array([side * 0.5, 1.0, 0]), width, 0.45, material="skin", part=part))
    return ears


# ---------------------------------------------------------------- face painting


class Canvas:
    """An RGB picture in metres: x to its right = the figure's left, z up; shapes are smooth closed curves."""

    def __init__(self, colour):
        self.width, self.height = int(0.22 * SCALE), int(0.29 * SCALE)
        self.pixels = np.empty((self.height, self.width, 3), np.float32)
        self.pixels[:] = colour

    def place(self, points) -> np.ndarray:
        """Pixel positions (N,2) of points (N,2) in metres."""
        p = np.asarray(points, float)
        return np.stack([(p[:, 0] + 0.11) * SCALE, (1.88 - p[:, 1]) * SCALE], -1)

    def shape(self, points, colour, alpha=1.0, blur=0.0, smooth=True, clip=None) -> np.ndarray:
        """Fill a closed curve through `points`; gives its coverage (H,W) back for clipping others."""
        p = self.place(points)
        if smooth:
            p = bezier(np.concatenate([p, p[:1]]), 24 * len(p))
        cover = np.zeros((self.height, self.width), np.float32)
        cv2.fillPoly(cover, [np.round(p * 16).astype(np.int32)], 1.0, cv2.LINE_AA, 4)
        if blur:
            cover = cv2.GaussianBlur(cover, (0, 0), blur * SCALE)
        if clip is not None:
            cover = cover * clip
        a = (alpha * cover)[..., None]
        self.pixels = self.pixels * (1 - a) + a * np.asarray(colour, np.float32)
        return cover

    def stroke(self, points, widths, colour, clip=None) -> None:
        """A brush line through `points` (K,2) with half widths (K,) in metres."""
        path = bezier(np.asarray(points, float), 60)
        width = np.interp(np.linspace(0, 1, 60), np.linspace(0, 1, len(widths)), widths)[:, None]
        along = np.gradient(path, axis=0)
        across = along[:, ::-1] * [-1, 1] / np.linalg.norm(along, axis=1, keepdims=True)
        outline = np.concatenate([path + across * width, (path - across * width)[::-1]])
        self.shape(outline, colour, smooth=False, clip=clip)


def oval(x, z, rx, rz, count=16, tilt=0.0) -> np.ndarray:
    """Points (count,2) of an ellipse."""
    a = np.linspace(0, 2 * np.pi, count, endpoint=False)
    px, pz = rx * np.cos(a), rz * np.sin(a)
    return np.stack([x + px * np.cos(tilt) - pz * np.sin(tilt), z + px * np.sin(tilt) + pz * np.cos(tilt)], -1)


def _eye(canvas: Canvas, s: int, iris, lash) -> None:
    def at(points):
        return [(s * (EYE_X + x), EYE_Z + z) for x, z in points]

    white = [(-0.0185, -0.004), (-0.012, 0.011), (0.001, 0.0175), (0.013, 0.013), (0.0195, 0.001)]
    white += [(0.0155, -0.011), (0.003, -0.0165), (-0.011, -0.0145)]
    clip = canvas.shape(at(white), (0.99, 0.985, 0.98))
    canvas.shape(
        at([(-0.02, 0.004), (0, 0.011), (0.02, 0.006), (0.02, 0.022), (-0.02, 0.022)]),
        (0.62, 0.62, 0.76),
        0.55,
        0.0016,
        clip=clip,
    )
    dark, light = np.asarray(iris) * 0.42, np.clip(np.asarray(iris) * 1.35 + 0.12, 0, 1)
    cx = -0.0008
    canvas.shape(oval(s * (EYE_X + cx), EYE_Z - 0.0005, 0.0128, 0.0168), dark, clip=clip)
    inner = canvas.shape(oval(s * (EYE_X + cx), EYE_Z - 0.0010, 0.0112, 0.0150), iris, clip=clip)
    canvas.shape(oval(s * (EYE_X + cx), EYE_Z - 0.0095, 0.0085, 0.0065), light, 0.9, 0.0016, clip=inner)
    canvas.shape(oval(s * (EYE_X + cx), EYE_Z + 0.012, 0.016, 0.0085), dark, 0.8, 0.0022, clip=inner)
    canvas.shape(oval(s * (EYE_X + cx), EYE_Z - 0.0002, 0.0046, 0.0066), dark * 0.6, clip=clip)
    canvas.shape(oval(s * EYE_X - 0.0048, EYE_Z + 0.0068, 0.0046, 0.0052), (1, 1, 1))
    canvas.shape(oval(s * EYE_X + 0.0048, EYE_Z - 0.0080, 0.0022, 0.0026), (1, 1, 1), 0.95)
    upper = at(
        [(-0.0205, -0.0055), (-0.013, 0.0115), (0.001, 0.0185), (0.0135, 0.0145), (0.0205, 0.003), (0.0245, -0.0005)]
    )
    canvas.stroke(upper, [0.0006, 0.0020, 0.0029, 0.0031, 0.0026, 0.0004], lash)
    canvas.stroke(at([(0.017, 0.010), (0.0225, 0.0085), (0.0265, 0.0085)]), [0.002, 0.0014, 0.0002], lash)
    canvas.stroke(
        at([(0.0185, -0.007), (0.0125, -0.0135), (0.003, -0.0172), (-0.007, -0.0165)]),
        [0.0010, 0.0010, 0.0008, 0.0003],
        lash,
    )
    canvas.stroke(
        at([(-0.011, 0.0195), (0.001, 0.0245), (0.014, 0.0205)]),
        [0.0002, 0.0008, 0.0003],
        np.asarray(lash) * 0.5 + np.array([0.42, 0.26, 0.22]),
    )


def paint_face(skin, iris, lash, brow) -> np.ndarray:
    """The face's texture (H,W,3): skin, blush, eyes, brows, nose, mouth."""
    canvas = Canvas(skin)
    rose, shade = np.array([0.98, 0.60, 0.52]), np.asarray(skin) * np.array([0.90, 0.74, 0.72])
    for s in (1, -1):
        canvas.shape(oval(s * 0.052, 1.677, 0.017, 0.009), rose, 0.42, 0.006)
        for k in (-0.006, 0.0, 0.006):
            canvas.stroke(
                [(s * 0.053 + k - 0.002, 1.674), (s * 0.053 + k + 0.002, 1.680)], [0.0004, 0.0005], rose * 0.93
            )
        _eye(canvas, s, iris, lash)
        arch = [(s * 0.017, 1.7395), (s * 0.031, 1.7475), (s * 0.046, 1.747), (s * 0.060, 1.7405)]
        canvas.stroke(arch, [0.0014, 0.0022, 0.0018, 0.0004], brow)
    canvas.shape([(0.0002, NOSE_Z + 0.007), (0.006, NOSE_Z - 0.002), (0.0, NOSE_Z - 0.0035)], shade, 0.8, smooth=False)
    canvas.stroke(
        [(-0.0025, NOSE_Z - 0.003), (0.0005, NOSE_Z - 0.0042), (0.004, NOSE_Z - 0.0025)],
        [0.0003, 0.0009, 0.0003],
        shade * 0.75,
    )
    mouth = [
        (-0.0135, 0.0015),
        (-0.006, -0.0005),
        (0, -0.0014),
        (0.006, -0.0005),
        (0.0135, 0.0015),
        (0.008, -0.0075),
        (0, -0.0100),
        (-0.008, -0.0075),
    ]
    lips = canvas.shape([(x, MOUTH_Z + z) for x, z in mouth], (0.66, 0.22, 0.24))
    canvas.shape(oval(0, MOUTH_Z - 0.0105, 0.0085, 0.0050), (0.96, 0.55, 0.52), clip=lips)
    line = [(-0.0155, 0.0028), (-0.007, -0.0002), (0, -0.0012), (0.007, -0.0002), (0.0155, 0.0028)]
    canvas.stroke(
        [(x, MOUTH_Z + z) for x, z in line], [0.0004, 0.0010, 0.0011, 0.0010, 0.0004], np.array([0.42, 0.16, 0.17])
    )
    canvas.shape(oval(0, 1.615, 0.011, 0.0022), shade, 0.35, 0.0012)
    return canvas.pixels


def sample_face(texture: np.ndarray, uv: np.ndarray) -> np.ndarray:
    """Colours (N,3) of the painted face at head coordinates uv (N,2) in metres."""
    return sample(texture, (uv[:, 0] + 0.11) * SCALE - 0.5, (1.88 - uv[:, 1]) * SCALE - 0.5)


# ---------------------------------------------------------------- hair


def _lock(control, width, side, part, flat=0.34, tip=0.03, root=0.55) -> Mesh:
    path = bezier(np.asarray(control, float), 28)
    s = np.linspace(0, 1, 28)
    profile = np.interp(s, [0, 0.12, 0.35, 0.65, 0.88, 1.0], [root, 0.85, 1.0, 0.86, 0.42, tip])
    return sweep(path, side, width * profile, flat, material="hair", part=part)


def cap(part: int) -> Mesh:
    """The hair that hugs the skull, open over the face."""
    rows, columns = 30, 72
    phi = np.linspace(-np.pi, np.pi, columns, endpoint=False)
    away = np.abs(phi) / np.pi
    low = np.interp(away, [0, 0.26, 0.38, 0.5, 0.7, 1.0], [0.80, 0.74, 0.50, 0.20, 0.10, 0.08])
    t = low[None] + (1 - low[None]) * np.sin(np.linspace(0, np.pi / 2, rows))[:, None]
    puff = np.interp(t, [0, 0.5, 1], [0.016, 0.022, 0.018])
    return sheet(head_point(phi[None], t, puff), "hair", part)


def bangs(first: int, seed: int) -> list[Mesh]:
    """Locks over the forehead and beside the cheeks."""
    random = np.random.default_rng(seed)
    locks = []
    ends = [
        (-1.28, 0.40),
        (-0.96, 0.50),
        (-0.66, 0.545),
        (-0.40, 0.50),
        (-0.13, 0.535),
        (0.17, 0.47),
        (0.45, 0.54),
        (0.72, 0.52),
        (1.02, 0.47),
        (1.32, 0.40),
    ]
    for n, (phi, t_end) in enumerate(ends):
        start = 0.38 * phi + 0.10
        t_mid = 0.80
        control = [
            head_point(start * 0.5 + 0.1, 0.985, 0.022),
            head_point(0.62 * phi + 0.04, 0.93, 0.029),
            head_point(0.90 * phi, t_mid, 0.032),
            head_point(phi + random.uniform(-0.04, 0.04), 0.5 * (t_mid + t_end), 0.027),
            head_point(phi * 1.02 + random.uniform(-0.07, 0.07), t_end - 0.02, 0.017),
        ]
        side = np.array([np.cos(phi), np.sin(phi), 0])
        locks.append(_lock(control, 0.0285, side, first + n, flat=0.30))
    for n, s in enumerate((-1, 1)):
        control = [
            head_point(s * 0.9, 0.93, 0.026),
            head_point(s * 1.30, 0.74, 0.030),
            head_point(s * 1.42, 0.45, 0.027),
            np.array([s * 0.104, -0.100, 1.628]),
            np.array([s * 0.098, -0.118, 1.565]),
            np.array([s * 0.090, -0.122, 1.505]),
        ]
        locks.append(_lock(control, 0.027, np.array([0.35, s * 1.0, 0]), first + 20 + n, flat=0.45))
    return locks


def ahoge(part: int) -> Mesh:
    """One unruly lock on the crown."""
    control = [(0.0, -0.06, 1.872), (0.012, -0.075, 1.905), (0.045, -0.085, 1.921), (0.075, -0.085, 1.905)]
    return _lock(control, 0.009, np.array([0, 1.0, 0]), part, flat=0.6, root=0.9)


def long_hair(first: int, seed: int, length: float, wind: float) -> list[Mesh]:
    """Locks from the back of the head down the back, `length` metres below the chin, blown `wind` metres aside."""
    random = np.random.default_rng(seed)
    locks = []
    for n, phi in enumerate(np.linspace(-2.0, 2.0, 17)):
        angle = np.pi + phi * 0.74
        drop = length * random.uniform(0.82, 1.05)
        spread = np.sin(angle)
        control = [
            head_point(angle, 0.85, 0.020),
            head_point(angle, 0.50, 0.032),
            head_point(angle, 0.15, 0.060),
            np.array([spread * 0.125 + 0.10 * wind, 0.06 - 0.03 * np.cos(angle), CHIN - 0.25 * drop]),
            np.array([spread * 0.150 + 0.40 * wind, 0.085 - 0.03 * np.cos(angle), CHIN - 0.60 * drop]),
            np.array([spread * (0.145 + random.uniform(-0.02, 0.02)) + wind, 0.10, CHIN - drop]),
        ]
        side = np.array([np.cos(angle), np.sin(angle), 0])
        locks.append(_lock(control, 0.040, side, first + n % 4, flat=0.4, root=0.8, tip=0.12))
    return locks


def bob(first: int, seed: int) -> list[Mesh]:
    """Locks that end at the jaw, all around the back."""
    random = np.random.default_rng(seed)
    locks = []
    for n, phi in enumerate(np.linspace(-1.75, 1.75, 13)):
        angle = np.pi + phi
        end = CHIN + random.uniform(-0.035, 0.0)
        out = np.array([np.sin(angle), -np.cos(angle), 0])
        control = [
            head_point(angle, 0.90, 0.018),
            head_point(angle, 0.60, 0.033),
            head_point(angle, 0.30, 0.046),
            np.array([0, DEPTH_CENTRE, end]) + out * [0.112, 0.100, 0],
        ]
        locks.append(
            _lock(control, 0.034, np.array([np.cos(angle), np.sin(angle), 0]), first + n % 4, flat=0.4, root=0.8)
        )
    return locks
