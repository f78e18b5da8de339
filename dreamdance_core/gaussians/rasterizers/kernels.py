"""The loops of numba_tiles.py, as plain Python over float32 arrays; numba compiles them there.

Every kernel works on a range of its outputs and writes nothing else, so that threads need no locks and the result does
not depend on how many there are. Float constants are float32 objects: a Python float would lift the arithmetic to
float64.

A packed splat is a row [x, y, xx, xy, yy, opacity, r, g, b, z, extent_x, extent_y] (px, 1/px^2, scene units).
"""

from __future__ import annotations

import math

import numpy as np

from ..projection import ALPHA_MAX, ALPHA_MIN, EPS_2D, NEAR, T_STOP, TAN_MARGIN

PACKED = 12
GRADS = 10  # the packed row without its extents

_ZERO, _HALF, _ONE, _TWO = (np.float32(v) for v in (0, 0.5, 1, 2))
_NEAR, _EPS, _MARGIN = np.float32(NEAR), np.float32(EPS_2D), np.float32(TAN_MARGIN)
_ALPHA_MIN, _ALPHA_MAX, _T_STOP = np.float32(ALPHA_MIN), np.float32(ALPHA_MAX), np.float32(T_STOP)
_SLACK = np.float32(1e-3)  # of a power: rounding must not drop what the exact alpha test keeps


def project(start, stop, means, quats, scales, opacities, colours, camera, width, height, packed, seen):
    """Fills rows of `packed` and `seen`; camera is [R row by row, t, fx, fy, cx, cy]. See projection.project."""
    r00, r01, r02, r10, r11, r12, r20, r21, r22 = camera[:9]
    t0, t1, t2, fx, fy, cx, cy = camera[9:]
    w, h = np.float32(width), np.float32(height)
    margin_x, margin_y = _MARGIN * _HALF * w / fx, _MARGIN * _HALF * h / fy
    high_x, low_x = (w - cx) / fx + margin_x, -(cx / fx + margin_x)
    high_y, low_y = (h - cy) / fy + margin_y, -(cy / fy + margin_y)
    for i in range(start, stop):
        seen[i] = False
        m0, m1, m2 = means[i, 0], means[i, 1], means[i, 2]
        z = r20 * m0 + r21 * m1 + r22 * m2 + t2
        opacity = opacities[i]
        if not (z > _NEAR and opacity > _ALPHA_MIN):
            continue
        px = (r00 * m0 + r01 * m1 + r02 * m2 + t0) / z
        py = (r10 * m0 + r11 * m1 + r12 * m2 + t1) / z
        qw, qx, qy, qz = quats[i, 0], quats[i, 1], quats[i, 2], quats[i, 3]
        n = _ONE / max(math.sqrt(qw * qw + qx * qx + qy * qy + qz * qz), np.float32(1e-12))
        qw, qx, qy, qz = qw * n, qx * n, qy * n, qz * n
        sx, sy = min(max(px, low_x), high_x), min(max(py, low_y), high_y)
        xx, xy, yy = _EPS, _ZERO, _EPS
        for k in range(3):
            if k == 0:
                u0 = _ONE - _TWO * (qy * qy + qz * qz)
                u1, u2 = _TWO * (qx * qy + qw * qz), _TWO * (qx * qz - qw * qy)
            elif k == 1:
                u0, u2 = _TWO * (qx * qy - qw * qz), _TWO * (qy * qz + qw * qx)
                u1 = _ONE - _TWO * (qx * qx + qz * qz)
            else:
                u0, u1 = _TWO * (qx * qz + qw * qy), _TWO * (qy * qz - qw * qx)
                u2 = _ONE - _TWO * (qx * qx + qy * qy)
            s = scales[i, k]
            a2 = (r20 * u0 + r21 * u1 + r22 * u2) * s
            b0 = fx / z * ((r00 * u0 + r01 * u1 + r02 * u2) * s - sx * a2)
            b1 = fy / z * ((r10 * u0 + r11 * u1 + r12 * u2) * s - sy * a2)
            xx += b0 * b0
            xy += b0 * b1
            yy += b1 * b1
        det = xx * yy - xy * xy
        if not det > _ZERO:
            continue
        sigmas = math.sqrt(_TWO * math.log(opacity / _ALPHA_MIN))
        extent_x, extent_y = sigmas * math.sqrt(xx), sigmas * math.sqrt(yy)
        x, y = fx * px + cx, fy * py + cy
        if not (x + extent_x > _ZERO and x - extent_x < w and y + extent_y > _ZERO and y - extent_y < h):
            continue
        seen[i] = True
        packed[i, 0], packed[i, 1] = x, y
        packed[i, 2], packed[i, 3], packed[i, 4] = yy / det, -xy / det, xx / det
        packed[i, 5] = opacity
        packed[i, 6], packed[i, 7], packed[i, 8] = colours[i, 0], colours[i, 1], colours[i, 2]
        packed[i, 9] = z
        packed[i, 10], packed[i, 11] = extent_x, extent_y


def depth_order(ids, z, order, spare):
    """Fills `order` with ids by ascending z > 0, stable: a radix sort of the float bits in three passes."""
    bits = z.view(np.uint32)
    for i in range(len(ids)):
        spare[i] = ids[i]
    source, target = spare, order
    counts = np.empty(2048, np.int64)
    for step in range(3):
        shift = np.uint32(11 * step)
        counts[:] = 0
        for i in range(len(ids)):
            counts[(bits[source[i]] >> shift) & np.uint32(2047)] += 1
        total = 0
        for i in range(2048):
            total, counts[i] = total + counts[i], total
        for i in range(len(ids)):
            digit = (bits[source[i]] >> shift) & np.uint32(2047)
            target[counts[digit]] = source[i]
            counts[digit] += 1
        source, target = target, source


def tile_spans(start, stop, packed, seen, size, columns, rows, span, pairs):
    """Fills each splat's tile rectangle (x0, y0, x1, y1, exclusive ends) and how many tiles that is."""
    inverse = _ONE / np.float32(size)
    for i in range(start, stop):
        pairs[i] = 0
        if seen[i]:
            x, y, ex, ey = packed[i, 0], packed[i, 1], packed[i, 10], packed[i, 11]
            span[i, 0] = min(max(int(math.floor((x - ex) * inverse)), 0), columns - 1)
            span[i, 1] = min(max(int(math.floor((y - ey) * inverse)), 0), rows - 1)
            span[i, 2] = min(max(int(math.floor((x + ex) * inverse)), 0), columns - 1) + 1
            span[i, 3] = min(max(int(math.floor((y + ey) * inverse)), 0), rows - 1) + 1
            pairs[i] = (span[i, 2] - span[i, 0]) * (span[i, 3] - span[i, 1])


def tile_lists(order, span, first_pair, columns, tile_start, lists, slots):
    """Counting sort of (splat, tile) pairs by tile, front to back in each.

    lists: splat per slot; slots: where the splat's pairs, from first_pair[splat] on, went; tile_start: (tiles + 1).
    """
    tile_start[:] = 0
    for rank in range(len(order)):
        i = order[rank]
        for ty in range(span[i, 1], span[i, 3]):
            for tx in range(span[i, 0], span[i, 2]):
                tile_start[ty * columns + tx + 1] += 1
    for t in range(1, len(tile_start)):
        tile_start[t] += tile_start[t - 1]
    cursor = tile_start[:-1].copy()
    for rank in range(len(order)):
        i = order[rank]
        pair = first_pair[i]
        for ty in range(span[i, 1], span[i, 3]):
            for tx in range(span[i, 0], span[i, 2]):
                tile = ty * columns + tx
                lists[cursor[tile]] = i
                slots[pair] = cursor[tile]
                cursor[tile] += 1
                pair += 1


def composite(start, stop, packed, tile_start, lists, size, columns, out, passing):
    """Tiles start to stop: blends their lists front to back into `out` (r, g, b, sum w z) and `passing` (T)."""
    height, width = passing.shape
    T = np.empty((size, size), np.float32)  # negative: the pixel has stopped
    sums = np.empty((size, size, 4), np.float32)
    for tile in range(start, stop):
        left, top = tile % columns * size, tile // columns * size
        right, bottom = min(left + size, width), min(top + size, height)
        T[:] = _ONE
        sums[:] = _ZERO
        open_pixels = (right - left) * (bottom - top)
        for slot in range(tile_start[tile], tile_start[tile + 1]):
            if open_pixels == 0:
                break
            i = lists[slot]
            x, y, a, b, c = packed[i, 0], packed[i, 1], packed[i, 2], packed[i, 3], packed[i, 4]
            opacity, red, green, blue = packed[i, 5], packed[i, 6], packed[i, 7], packed[i, 8]
            z, ex, ey = packed[i, 9], packed[i, 10], packed[i, 11]
            limit = math.log(opacity / _ALPHA_MIN) + _SLACK
            for py in range(max(top, int(math.floor(y - ey))), min(bottom, int(math.ceil(y + ey)))):
                dy = np.float32(py) + _HALF - y
                for px in range(max(left, int(math.floor(x - ex))), min(right, int(math.ceil(x + ex)))):
                    before = T[py - top, px - left]
                    dx = np.float32(px) + _HALF - x
                    power = _HALF * (a * dx * dx + c * dy * dy) + b * dx * dy
                    if before < _ZERO or power > limit or power < _ZERO:
                        continue
                    alpha = min(_ALPHA_MAX, opacity * math.exp(-power))
                    if alpha < _ALPHA_MIN:
                        continue
                    after = before * (_ONE - alpha)
                    if after <= _T_STOP:
                        T[py - top, px - left] = -before
                        open_pixels -= 1
                        continue
                    T[py - top, px - left] = after
                    weight = before * alpha
                    sums[py - top, px - left, 0] += weight * red
                    sums[py - top, px - left, 1] += weight * green
                    sums[py - top, px - left, 2] += weight * blue
                    sums[py - top, px - left, 3] += weight * z
        for py in range(top, bottom):
            for px in range(left, right):
                passing[py, px] = abs(T[py - top, px - left])
                out[py, px] = sums[py - top, px - left]


def composite_backward(start, stop, packed, tile_start, lists, size, columns, grad, total, pair_grads):
    """Tiles start to stop: each pair's gradient of the packed row.

    grad: (H,W,4) of `out`; total: (H,W) sum of grad * output over all five outputs. What lies behind a splat is the
    total less all up to it, so one front-to-back walk is enough.
    """
    height, width = total.shape
    T = np.empty((size, size), np.float32)
    behind = np.empty((size, size), np.float32)
    for tile in range(start, stop):
        left, top = tile % columns * size, tile // columns * size
        right, bottom = min(left + size, width), min(top + size, height)
        T[:] = _ONE
        for py in range(top, bottom):
            for px in range(left, right):
                behind[py - top, px - left] = total[py, px]
        for slot in range(tile_start[tile], tile_start[tile + 1]):
            i = lists[slot]
            x, y, a, b, c = packed[i, 0], packed[i, 1], packed[i, 2], packed[i, 3], packed[i, 4]
            opacity, red, green, blue = packed[i, 5], packed[i, 6], packed[i, 7], packed[i, 8]
            z, ex, ey = packed[i, 9], packed[i, 10], packed[i, 11]
            limit = math.log(opacity / _ALPHA_MIN) + _SLACK
            g_dx = g_dy = g_xx = g_xy = g_yy = g_opacity = g_red = g_green = g_blue = g_z = _ZERO
            for py in range(max(top, int(math.floor(y - ey))), min(bottom, int(math.ceil(y + ey)))):
                dy = np.float32(py) + _HALF - y
                for px in range(max(left, int(math.floor(x - ex))), min(right, int(math.ceil(x + ex)))):
                    before = T[py - top, px - left]
                    dx = np.float32(px) + _HALF - x
                    power = _HALF * (a * dx * dx + c * dy * dy) + b * dx * dy
                    if before < _ZERO or power > limit or power < _ZERO:
                        continue
                    falloff = math.exp(-power)
                    raw = opacity * falloff
                    alpha = min(_ALPHA_MAX, raw)
                    if alpha < _ALPHA_MIN:
                        continue
                    after = before * (_ONE - alpha)
                    if after <= _T_STOP:
                        T[py - top, px - left] = -before
                        continue
                    T[py - top, px - left] = after
                    weight = before * alpha
                    d_red, d_green, d_blue, d_z = grad[py, px, 0], grad[py, px, 1], grad[py, px, 2], grad[py, px, 3]
                    q = d_red * red + d_green * green + d_blue * blue + d_z * z
                    rest = behind[py - top, px - left] - weight * q
                    behind[py - top, px - left] = rest
                    g_red += weight * d_red
                    g_green += weight * d_green
                    g_blue += weight * d_blue
                    g_z += weight * d_z
                    if raw <= _ALPHA_MAX:
                        d_alpha = before * q - rest / (_ONE - alpha)
                        g_opacity += d_alpha * falloff
                        d_power = -d_alpha * raw
                        g_dx += d_power * dx
                        g_dy += d_power * dy
                        g_xx += d_power * dx * dx
                        g_xy += d_power * dx * dy
                        g_yy += d_power * dy * dy
            pair_grads[slot, 0] = -(a * g_dx + b * g_dy)
            pair_grads[slot, 1] = -(b * g_dx + c * g_dy)
            pair_grads[slot, 2], pair_grads[slot, 3], pair_grads[slot, 4] = _HALF * g_xx, g_xy, _HALF * g_yy
            pair_grads[slot, 5] = g_opacity
            pair_grads[slot, 6], pair_grads[slot, 7], pair_grads[slot, 8] = g_red, g_green, g_blue
            pair_grads[slot, 9] = g_z


def project_backward(
    start, stop, means, quats, scales, camera, width, height, packed, pairs, first_pair, slots, pair_grads, grads
):
    """Sums each splat's pair gradients in a fixed order and carries them through the projection.

    grads: (N,14) of means 3, quats 4, scales 3, opacity 1, colour 3.
    """
    r00, r01, r02, r10, r11, r12, r20, r21, r22 = camera[:9]
    t0, t1, t2, fx, fy, cx, cy = camera[9:]
    w, h = np.float32(width), np.float32(height)
    margin_x, margin_y = _MARGIN * _HALF * w / fx, _MARGIN * _HALF * h / fy
    high_x, low_x = (w - cx) / fx + margin_x, -(cx / fx + margin_x)
    high_y, low_y = (h - cy) / fy + margin_y, -(cy / fy + margin_y)
    g = np.empty(GRADS, np.float32)
    U = np.empty((3, 3), np.float32)  # rotation of the Gaussian
    dU = np.empty((3, 3), np.float32)
    for i in range(start, stop):
        grads[i] = _ZERO
        if pairs[i] == 0:
            continue
        g[:] = _ZERO
        for pair in range(first_pair[i], first_pair[i] + pairs[i]):
            for k in range(GRADS):
                g[k] += pair_grads[slots[pair], k]
        grads[i, 10] = g[5]
        grads[i, 11], grads[i, 12], grads[i, 13] = g[6], g[7], g[8]
        # conic -> covariance: dC = -Q dQ Q with Q the conic
        a, b, c = packed[i, 2], packed[i, 3], packed[i, 4]
        p00, p01 = g[2] * a + _HALF * g[3] * b, g[2] * b + _HALF * g[3] * c
        p10, p11 = _HALF * g[3] * a + g[4] * b, _HALF * g[3] * b + g[4] * c
        d_xx, d_xy, d_yy = -(a * p00 + b * p10), -(a * p01 + b * p11), -(b * p01 + c * p11)
        z = packed[i, 9]
        px = (r00 * means[i, 0] + r01 * means[i, 1] + r02 * means[i, 2] + t0) / z
        py = (r10 * means[i, 0] + r11 * means[i, 1] + r12 * means[i, 2] + t1) / z
        sx, sy = min(max(px, low_x), high_x), min(max(py, low_y), high_y)
        qw, qx, qy, qz = quats[i, 0], quats[i, 1], quats[i, 2], quats[i, 3]
        n = _ONE / max(math.sqrt(qw * qw + qx * qx + qy * qy + qz * qz), np.float32(1e-12))
        qw, qx, qy, qz = qw * n, qx * n, qy * n, qz * n
        U[0, 0] = _ONE - _TWO * (qy * qy + qz * qz)
        U[0, 1], U[0, 2] = _TWO * (qx * qy - qw * qz), _TWO * (qx * qz + qw * qy)
        U[1, 0], U[1, 2] = _TWO * (qx * qy + qw * qz), _TWO * (qy * qz - qw * qx)
        U[1, 1] = _ONE - _TWO * (qx * qx + qz * qz)
        U[2, 0], U[2, 1] = _TWO * (qx * qz - qw * qy), _TWO * (qy * qz + qw * qx)
        U[2, 2] = _ONE - _TWO * (qx * qx + qy * qy)
        d_z = g[9]
        d_sx = d_sy = _ZERO  # of the clamped slopes
        for k in range(3):
            s = scales[i, k]
            a0 = (r00 * U[0, k] + r01 * U[1, k] + r02 * U[2, k]) * s
            a1 = (r10 * U[0, k] + r11 * U[1, k] + r12 * U[2, k]) * s
            a2 = (r20 * U[0, k] + r21 * U[1, k] + r22 * U[2, k]) * s
            b0, b1 = fx / z * (a0 - sx * a2), fy / z * (a1 - sy * a2)
            d_b0, d_b1 = _TWO * (d_xx * b0 + d_xy * b1), _TWO * (d_xy * b0 + d_yy * b1)
            d_z -= (d_b0 * b0 + d_b1 * b1) / z
            d_sx -= d_b0 * fx / z * a2
            d_sy -= d_b1 * fy / z * a2
            d_a0, d_a1 = d_b0 * fx / z, d_b1 * fy / z
            d_a2 = -(d_a0 * sx + d_a1 * sy)
            e0 = r00 * d_a0 + r10 * d_a1 + r20 * d_a2  # of the world axis
            e1 = r01 * d_a0 + r11 * d_a1 + r21 * d_a2
            e2 = r02 * d_a0 + r12 * d_a1 + r22 * d_a2
            grads[i, 7 + k] = U[0, k] * e0 + U[1, k] * e1 + U[2, k] * e2
            dU[0, k], dU[1, k], dU[2, k] = e0 * s, e1 * s, e2 * s
        d_w = _TWO * (qx * (dU[2, 1] - dU[1, 2]) + qy * (dU[0, 2] - dU[2, 0]) + qz * (dU[1, 0] - dU[0, 1]))
        d_x = _TWO * (
            qy * (dU[0, 1] + dU[1, 0]) + qz * (dU[0, 2] + dU[2, 0]) + qw * (dU[2, 1] - dU[1, 2])
            - _TWO * qx * (dU[1, 1] + dU[2, 2])
        )  # fmt: skip
        d_y = _TWO * (
            qx * (dU[0, 1] + dU[1, 0]) + qz * (dU[1, 2] + dU[2, 1]) + qw * (dU[0, 2] - dU[2, 0])
            - _TWO * qy * (dU[0, 0] + dU[2, 2])
        )  # fmt: skip
        d_q = _TWO * (
            qx * (dU[0, 2] + dU[2, 0]) + qy * (dU[1, 2] + dU[2, 1]) + qw * (dU[1, 0] - dU[0, 1])
            - _TWO * qz * (dU[0, 0] + dU[1, 1])
        )  # fmt: skip
        along = d_w * qw + d_x * qx + d_y * qy + d_q * qz  # the length of a quaternion has no effect
        grads[i, 3], grads[i, 4] = (d_w - along * qw) * n, (d_x - along * qx) * n
        grads[i, 5], grads[i, 6] = (d_y - along * qy) * n, (d_q - along * qz) * n
        d_px, d_py = g[0] * fx, g[1] * fy
        if low_x <= px <= high_x:
            d_px += d_sx
        if low_y <= py <= high_y:
            d_py += d_sy
        d_z -= (d_px * px + d_py * py) / z
        d_0, d_1 = d_px / z, d_py / z
        grads[i, 0] = r00 * d_0 + r10 * d_1 + r20 * d_z
        grads[i, 1] = r01 * d_0 + r11 * d_1 + r21 * d_z
        grads[i, 2] = r02 * d_0 + r12 * d_1 + r22 * d_z
