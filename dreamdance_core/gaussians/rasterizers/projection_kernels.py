"""The projection's loops of numba_tiles.py, forward and backward (see kernels.py for the packed row).

projection.py holds the same mathematics in torch.
"""

from __future__ import annotations

import math

import numpy as np

from ..projection import ALPHA_MIN, EPS_2D, NEAR, TAN_MARGIN
from .kernels import TILE_X, TILE_Y

_ZERO, _HALF, _ONE, _TWO = (np.float32(v) for v in (0, 0.5, 1, 2))
_NEAR, _EPS, _MARGIN, _ALPHA_MIN = (np.float32(v) for v in (NEAR, EPS_2D, TAN_MARGIN, ALPHA_MIN))
_SLACK = np.float32(1e-3)  # of a power: rounding must not drop what the exact alpha test keeps


def project(
    start, stop, step, means, quats, scales, opacities, colours, camera, width, height, columns, packed, pairs, counts
):
    """Packs splats, in chunks of `step`, and counts in `counts` (chunks, tiles) how many touch each tile.

    pairs: how many tiles each splat touches, 0 if it is out of sight; camera: [R row by row, t, fx, fy, cx, cy].
    """
    r00, r01, r02, r10, r11, r12, r20, r21, r22 = camera[:9]
    t0, t1, t2, fx, fy, cx, cy = camera[9:]
    w, h = np.float32(width), np.float32(height)
    margin_x, margin_y = _MARGIN * _HALF * w / fx, _MARGIN * _HALF * h / fy
    high_x, low_x = (w - cx) / fx + margin_x, -(cx / fx + margin_x)
    high_y, low_y = (h - cy) / fy + margin_y, -(cy / fy + margin_y)
    for chunk in range(start, stop):
        counts[chunk] = 0
        for i in range(chunk * step, min(len(means), (chunk + 1) * step)):
            pairs[i] = 0
            m0, m1, m2 = means[i, 0], means[i, 1], means[i, 2]
            z = r20 * m0 + r21 * m1 + r22 * m2 + t2
            opacity = opacities[i]
            if not (z > _NEAR and opacity > _ALPHA_MIN):
                continue
            nearness = _ONE / z
            px = (r00 * m0 + r01 * m1 + r02 * m2 + t0) * nearness
            py = (r10 * m0 + r11 * m1 + r12 * m2 + t1) * nearness
            qw, qx, qy, qz = quats[i, 0], quats[i, 1], quats[i, 2], quats[i, 3]
            n = _TWO / max(qw * qw + qx * qx + qy * qy + qz * qz, np.float32(1e-24))
            sx, sy = min(max(px, low_x), high_x), min(max(py, low_y), high_y)
            # Rows of J R: how the picture moves with the world.
            scale_x, scale_y = fx * nearness, fy * nearness
            j00, j01, j02 = scale_x * (r00 - sx * r20), scale_x * (r01 - sx * r21), scale_x * (r02 - sx * r22)
            j10, j11, j12 = scale_y * (r10 - sy * r20), scale_y * (r11 - sy * r21), scale_y * (r12 - sy * r22)
            xx, xy, yy = _EPS, _ZERO, _EPS
            for k in range(3):
                if k == 0:
                    u0, u1, u2 = _ONE - n * (qy * qy + qz * qz), n * (qx * qy + qw * qz), n * (qx * qz - qw * qy)
                elif k == 1:
                    u0, u1, u2 = n * (qx * qy - qw * qz), _ONE - n * (qx * qx + qz * qz), n * (qy * qz + qw * qx)
                else:
                    u0, u1, u2 = n * (qx * qz + qw * qy), n * (qy * qz - qw * qx), _ONE - n * (qx * qx + qy * qy)
                s = scales[i, k]
                b0, b1 = (j00 * u0 + j01 * u1 + j02 * u2) * s, (j10 * u0 + j11 * u1 + j12 * u2) * s
                xx += b0 * b0
                xy += b0 * b1
                yy += b1 * b1
            det = xx * yy - xy * xy
            if not det > _ZERO:
                continue
            reach = math.log(opacity / _ALPHA_MIN) + _SLACK
            extent_x, extent_y = math.sqrt(_TWO * reach * xx), math.sqrt(_TWO * reach * yy)
            x, y = fx * px + cx, fy * py + cy
            left, right = max(x - extent_x + _HALF, _ZERO), min(x + extent_x + _HALF, w)
            top, bottom = max(y - extent_y + _HALF, _ZERO), min(y + extent_y + _HALF, h)
            if not (int(left) < int(right) and int(top) < int(bottom)):
                continue
            inverse = _ONE / det
            row = packed[i]
            row[0], row[1], row[2], row[3], row[4] = x, y, yy * inverse, -xy * inverse, xx * inverse
            row[5], row[6], row[7], row[8], row[9] = opacity, colours[i, 0], colours[i, 1], colours[i, 2], z
            x0, y0, x1, y1 = int(left), int(top), int(right), int(bottom)
            row[10], row[11], row[12], row[13], row[14] = x0, y0, x1, y1, reach
            x0, x1, y0, y1 = x0 // TILE_X, (x1 - 1) // TILE_X + 1, y0 // TILE_Y, (y1 - 1) // TILE_Y + 1
            pairs[i] = (x1 - x0) * (y1 - y0)
            for ty in range(y0, y1):
                for tx in range(x0, x1):
                    counts[chunk, ty * columns + tx] += 1


def project_backward(
    start, stop, means, quats, scales, camera, width, height, packed, pairs, first_pair, pair_grads,
    d_means, d_quats, d_scales, d_opacities, d_colours,
):  # fmt: skip
    """Sums each splat's pair gradients in a fixed order and carries them through the projection."""
    r00, r01, r02, r10, r11, r12, r20, r21, r22 = camera[:9]
    t0, t1, t2, fx, fy, cx, cy = camera[9:]
    w, h = np.float32(width), np.float32(height)
    margin_x, margin_y = _MARGIN * _HALF * w / fx, _MARGIN * _HALF * h / fy
    high_x, low_x = (w - cx) / fx + margin_x, -(cx / fx + margin_x)
    high_y, low_y = (h - cy) / fy + margin_y, -(cy / fy + margin_y)
    for i in range(start, stop):
        if pairs[i] == 0:
            d_means[i], d_quats[i], d_scales[i], d_opacities[i], d_colours[i] = _ZERO, _ZERO, _ZERO, _ZERO, _ZERO
            continue
        g_x = g_y = g_xx = g_xy = g_yy = g_opacity = g_red = g_green = g_blue = d_z = _ZERO
        for pair in range(first_pair[i], first_pair[i] + pairs[i]):
            g_x += pair_grads[pair, 0]
            g_y += pair_grads[pair, 1]
            g_xx += pair_grads[pair, 2]
            g_xy += pair_grads[pair, 3]
            g_yy += pair_grads[pair, 4]
            g_opacity += pair_grads[pair, 5]
            g_red += pair_grads[pair, 6]
            g_green += pair_grads[pair, 7]
            g_blue += pair_grads[pair, 8]
            d_z += pair_grads[pair, 9]
        d_opacities[i] = g_opacity
        d_colours[i, 0], d_colours[i, 1], d_colours[i, 2] = g_red, g_green, g_blue
        # conic -> covariance: dC = -Q dQ Q with Q the conic
        a, b, c = packed[i, 2], packed[i, 3], packed[i, 4]
        p00, p01 = g_xx * a + _HALF * g_xy * b, g_xx * b + _HALF * g_xy * c
        p10, p11 = _HALF * g_xy * a + g_yy * b, _HALF * g_xy * b + g_yy * c
        d_xx, d_xy, d_yy = -(a * p00 + b * p10), -(a * p01 + b * p11), -(b * p01 + c * p11)
        nearness = _ONE / packed[i, 9]
        px = (r00 * means[i, 0] + r01 * means[i, 1] + r02 * means[i, 2] + t0) * nearness
        py = (r10 * means[i, 0] + r11 * means[i, 1] + r12 * means[i, 2] + t1) * nearness
        sx, sy = min(max(px, low_x), high_x), min(max(py, low_y), high_y)
        scale_x, scale_y = fx * nearness, fy * nearness
        j00, j01, j02 = scale_x * (r00 - sx * r20), scale_x * (r01 - sx * r21), scale_x * (r02 - sx * r22)
        j10, j11, j12 = scale_y * (r10 - sy * r20), scale_y * (r11 - sy * r21), scale_y * (r12 - sy * r22)
        qw, qx, qy, qz = quats[i, 0], quats[i, 1], quats[i, 2], quats[i, 3]
        n = _ONE / max(math.sqrt(qw * qw + qx * qx + qy * qy + qz * qz), np.float32(1e-12))
        qw, qx, qy, qz = qw * n, qx * n, qy * n, qz * n
        d_sx = d_sy = _ZERO  # of the clamped slopes
        d_w = d_x = d_y = d_q = _ZERO  # of the unit quaternion, halved
        for k in range(3):
            if k == 0:
                u0, u1 = _ONE - _TWO * (qy * qy + qz * qz), _TWO * (qx * qy + qw * qz)
                u2 = _TWO * (qx * qz - qw * qy)
            elif k == 1:
                u0, u1 = _TWO * (qx * qy - qw * qz), _ONE - _TWO * (qx * qx + qz * qz)
                u2 = _TWO * (qy * qz + qw * qx)
            else:
                u0, u1 = _TWO * (qx * qz + qw * qy), _TWO * (qy * qz - qw * qx)
                u2 = _ONE - _TWO * (qx * qx + qy * qy)
            s = scales[i, k]
            v0, v1 = j00 * u0 + j01 * u1 + j02 * u2, j10 * u0 + j11 * u1 + j12 * u2
            d_b0, d_b1 = _TWO * s * (d_xx * v0 + d_xy * v1), _TWO * s * (d_xy * v0 + d_yy * v1)
            d_scales[i, k] = d_b0 * v0 + d_b1 * v1
            d_z -= s * (d_b0 * v0 + d_b1 * v1) * nearness
            a2 = s * (r20 * u0 + r21 * u1 + r22 * u2)
            d_sx -= d_b0 * scale_x * a2
            d_sy -= d_b1 * scale_y * a2
            e0, e1, e2 = s * (d_b0 * j00 + d_b1 * j10), s * (d_b0 * j01 + d_b1 * j11), s * (d_b0 * j02 + d_b1 * j12)
            if k == 0:
                d_w += qz * e1 - qy * e2
                d_x += qy * e1 + qz * e2
                d_y += qx * e1 - qw * e2 - _TWO * qy * e0
                d_q += qw * e1 + qx * e2 - _TWO * qz * e0
            elif k == 1:
                d_w += qx * e2 - qz * e0
                d_x += qy * e0 + qw * e2 - _TWO * qx * e1
                d_y += qx * e0 + qz * e2
                d_q += qy * e2 - qw * e0 - _TWO * qz * e1
            else:
                d_w += qy * e0 - qx * e1
                d_x += qz * e0 - qw * e1 - _TWO * qx * e2
                d_y += qw * e0 + qz * e1 - _TWO * qy * e2
                d_q += qx * e0 + qy * e1
        along = d_w * qw + d_x * qx + d_y * qy + d_q * qz  # the length of a quaternion has no effect
        n = _TWO * n
        d_quats[i, 0], d_quats[i, 1] = (d_w - along * qw) * n, (d_x - along * qx) * n
        d_quats[i, 2], d_quats[i, 3] = (d_y - along * qy) * n, (d_q - along * qz) * n
        d_px, d_py = g_x * fx, g_y * fy
        if low_x <= px <= high_x:
            d_px += d_sx
        if low_y <= py <= high_y:
            d_py += d_sy
        d_z -= (d_px * px + d_py * py) * nearness
        d_0, d_1 = d_px * nearness, d_py * nearness
        d_means[i, 0] = r00 * d_0 + r10 * d_1 + r20 * d_z
        d_means[i, 1] = r01 * d_0 + r11 * d_1 + r21 * d_z
        d_means[i, 2] = r02 * d_0 + r12 * d_1 + r22 * d_z
