"""The loops of numba_tiles.py, as plain Python over float32 arrays; numba compiles them there.

Every kernel works on a range of its outputs and writes nothing else, so that threads need no locks and the result does
not depend on how many there are. Float constants are float32 objects: a Python float would lift the arithmetic to
float64.

A packed splat is a row [x, y, xx, xy, yy, opacity, r, g, b, z, extent_x, extent_y, reach] (px, 1/px^2, scene units;
reach: the power at which alpha falls under 1/255), padded to a cache line.

A tile is blended in a small buffer: one line per pixel row, in each line one plane of STRIDE numbers per quantity. The
innermost loops run over LANES neighbouring pixels of one line without a branch. Unsigned indices, one array and plane
distances known at compile time let LLVM turn each into vector instructions; with signed ones it does not.
"""

from __future__ import annotations

import math

import numpy as np

from ..projection import ALPHA_MAX, ALPHA_MIN, EPS_2D, NEAR, T_STOP, TAN_MARGIN

PACKED = 16
GRADS = 10  # of a packed row: up to z
TILE_X, TILE_Y = 32, 16  # px
LANES = 8

_STRIDE = TILE_X + LANES  # lanes may run over the right edge
_P0, _P1, _P2, _P3, _P4, _P5, _P6, _P7, _P8, _P9, _P10, _P11, _P12 = (np.uint64(_STRIDE * k) for k in range(13))
_LINE, _LINE_BACK = 5 * _STRIDE, 13 * _STRIDE
_DOWN = np.uint64(_LINE_BACK)
_RECHECK = 32  # splats between two looks whether a tile is full

_ZERO, _HALF, _ONE, _TWO = (np.float32(v) for v in (0, 0.5, 1, 2))
_NEAR, _EPS, _MARGIN = np.float32(NEAR), np.float32(EPS_2D), np.float32(TAN_MARGIN)
_ALPHA_MIN, _ALPHA_MAX, _T_STOP = np.float32(ALPHA_MIN), np.float32(ALPHA_MAX), np.float32(T_STOP)
_SLACK = np.float32(1e-3)  # of a power: rounding must not drop what the exact alpha test keeps

# exp(-p) = q(_MIDDLE - p / 4)^4, q the Chebyshev fit of degree 7: relative error below 1e-6 for p in [0, ln 255].
_QUARTER, _MIDDLE = np.float32(0.25), np.float32(0.693)
_E0, _E1, _E2, _E3, _E4, _E5, _E6, _E7 = (
    np.float32(v)
    for v in (0.50007359, 0.50007359, 0.25003715, 0.083345672, 0.020832778, 0.0041667373, 0.0007065666, 0.00010072219)
)


def project(
    start, stop, step, means, quats, scales, opacities, colours, camera, width, height, columns, packed, span, pairs, counts
):
    """Packs splats, in chunks of `step`, and counts in `counts` (chunks, tiles) how many touch each tile.

    span: each splat's tile rectangle (x0, y0, x1, y1, exclusive ends); pairs: how many tiles that is, 0 if the picture
    does not see it. camera: [R row by row, t, fx, fy, cx, cy]. See projection.project.
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
            # The first and last pixel whose centre it reaches.
            left, right = max(x - extent_x + _HALF, _ZERO), min(x + extent_x + _HALF, w)
            top, bottom = max(y - extent_y + _HALF, _ZERO), min(y + extent_y + _HALF, h)
            if not (right >= _ONE and bottom >= _ONE and left < right and top < bottom):
                continue
            inverse = _ONE / det
            row = packed[i]
            row[0], row[1], row[2], row[3], row[4] = x, y, yy * inverse, -xy * inverse, xx * inverse
            row[5], row[6], row[7], row[8], row[9] = opacity, colours[i, 0], colours[i, 1], colours[i, 2], z
            row[10], row[11], row[12] = extent_x, extent_y, reach
            x0, x1 = int(left) // TILE_X, (int(right) - 1) // TILE_X + 1
            y0, y1 = int(top) // TILE_Y, (int(bottom) - 1) // TILE_Y + 1
            span[i, 0], span[i, 1], span[i, 2], span[i, 3] = x0, y0, x1, y1
            pairs[i] = (x1 - x0) * (y1 - y0)
            for ty in range(y0, y1):
                for tx in range(x0, x1):
                    counts[chunk, ty * columns + tx] += 1


def list_tiles(start, stop, step, span, pairs, columns, cursor, lists):
    """Writes each splat of the chunks start to stop into `lists` at its tiles' cursors (chunks, tiles)."""
    for chunk in range(start, stop):
        for i in range(chunk * step, min(len(pairs), (chunk + 1) * step)):
            if pairs[i] > 0:
                for ty in range(span[i, 1], span[i, 3]):
                    for tx in range(span[i, 0], span[i, 2]):
                        tile = ty * columns + tx
                        lists[cursor[chunk, tile]] = i
                        cursor[chunk, tile] += 1


def sort_lists(start, stop, packed, tile_start, lists):
    """Puts each list front to back, equal depths as they come: a radix sort of the bits of z > 0, byte by byte."""
    longest = 0
    for tile in range(start, stop):
        longest = max(longest, tile_start[tile + 1] - tile_start[tile])
    z = np.empty((2, longest), np.float32)
    keys = z.view(np.uint32)
    ids = np.empty((2, longest), np.int32)
    counts = np.empty((4, 256), np.int64)
    for tile in range(start, stop):
        begin, n = tile_start[tile], tile_start[tile + 1] - tile_start[tile]
        counts[:] = 0
        for k in range(n):
            ids[0, k] = lists[begin + k]
            z[0, k] = packed[ids[0, k], 9]
            for byte in range(4):
                counts[byte, (keys[0, k] >> np.uint32(8 * byte)) & np.uint32(255)] += 1
        here = 0
        for byte in range(4):
            shift = np.uint32(8 * byte)
            if n == 0 or counts[byte, (keys[0, 0] >> shift) & np.uint32(255)] == n:
                continue  # all alike
            total = 0
            for digit in range(256):
                total, counts[byte, digit] = total + counts[byte, digit], total
            for k in range(n):
                digit = (keys[here, k] >> shift) & np.uint32(255)
                to = counts[byte, digit]
                keys[1 - here, to], ids[1 - here, to] = keys[here, k], ids[here, k]
                counts[byte, digit] = to + 1
            here = 1 - here
        for k in range(n):
            lists[begin + k] = ids[here, k]


def composite(start, stop, packed, tile_start, lists, columns, out, passing):
    """Tiles start to stop: blends their lists front to back into `out` (r, g, b, sum w z) and `passing` (T)."""
    height, width = passing.shape
    buffer = np.empty(TILE_Y * _LINE, np.float32)  # planes T, r, g, b, z; T is negative where the pixel has stopped
    for tile in range(start, stop):
        left, top = tile % columns * TILE_X, tile // columns * TILE_Y
        right, bottom = min(left + TILE_X, width), min(top + TILE_Y, height)
        buffer[:] = _ZERO
        for py in range(bottom - top):
            for px in range(right - left):
                buffer[np.uint64(py * _LINE + px)] = _ONE
        for slot in range(tile_start[tile], tile_start[tile + 1]):
            if (slot - tile_start[tile]) % _RECHECK == _RECHECK - 1:
                alive = 0
                for py in range(bottom - top):
                    for px in range(TILE_X):
                        alive += buffer[np.uint64(py * _LINE + px)] > _ZERO
                if alive == 0:
                    break
            i = lists[slot]
            x, y, a, b, c = packed[i, 0], packed[i, 1], packed[i, 2], packed[i, 3], packed[i, 4]
            opacity, red, green, blue = packed[i, 5], packed[i, 6], packed[i, 7], packed[i, 8]
            z, ex, ey, reach = packed[i, 9], packed[i, 10], packed[i, 11], packed[i, 12]
            first, last = max(left, math.ceil(x - ex - _HALF)), min(right, math.floor(x + ex - _HALF) + 1)
            high, low = max(top, math.ceil(y - ey - _HALF)), min(bottom, math.floor(y + ey - _HALF) + 1)
            for strip in range(first, last, LANES):
                y0, y1 = high, low
                dx0 = np.float32(strip) + _HALF - x
                if last - first > LANES:
                    # The lines where the ellipse reaches this strip: of its edge, concave in x, the highest point here.
                    lean = b / a * ey
                    end = dx0 + np.float32(LANES - 1)
                    for side in range(2):
                        dx = min(max(lean if side == 0 else -lean, dx0), end)
                        reached = math.sqrt(max(_ZERO, (_TWO * reach - (a - b * b / c) * dx * dx) / c))
                        if side == 0:
                            y0 = max(high, math.ceil(y - b / c * dx - reached - _HALF))
                        else:
                            y1 = min(low, math.floor(y - b / c * dx + reached - _HALF) + 1)
                for py in range(y0, y1):
                    dy = np.float32(py) + _HALF - y
                    cross, square = b * dy, _HALF * c * dy * dy
                    base = np.uint64((py - top) * _LINE + strip - left)
                    for lane in range(LANES):
                        at = base + np.uint64(lane)
                        before = buffer[at]
                        dx = dx0 + np.float32(np.int32(lane))
                        power = (_HALF * a * dx + cross) * dx + square
                        u = _MIDDLE - _QUARTER * power
                        q = ((((((_E7 * u + _E6) * u + _E5) * u + _E4) * u + _E3) * u + _E2) * u + _E1) * u + _E0
                        falloff = (q * q) * (q * q)
                        alpha = min(_ALPHA_MAX, opacity * falloff)
                        blends = (before > _ZERO) & (power >= _ZERO) & (power <= reach) & (alpha >= _ALPHA_MIN)
                        alpha = alpha if blends else _ZERO
                        after = before * (_ONE - alpha)
                        weight = before * alpha if after > _T_STOP else _ZERO
                        buffer[at] = after if after > _T_STOP else -abs(before)
                        buffer[at + _P1] += weight * red
                        buffer[at + _P2] += weight * green
                        buffer[at + _P3] += weight * blue
                        buffer[at + _P4] += weight * z
        for py in range(top, bottom):
            for px in range(left, right):
                at = np.uint64((py - top) * _LINE + px - left)
                passing[py, px] = abs(buffer[at])
                out[py, px, 0], out[py, px, 1] = buffer[at + _P1], buffer[at + _P2]
                out[py, px, 2], out[py, px, 3] = buffer[at + _P3], buffer[at + _P4]


def composite_backward(
    start, stop, packed, span, first_pair, tile_start, lists, columns, grad, total, pair_grads
):
    """Tiles start to stop: each pair's gradient of the packed row, a splat's pairs side by side from first_pair on.

    grad: (H,W,4) of `out`; total: (H,W) sum of grad * output over all five outputs. What lies behind a splat is the
    total less all up to it, so one front-to-back walk is enough. Sums over a splat's lines are carried down from line
    to line in the buffer, which stays one array.
    """
    height, width = total.shape
    # Planes T, what lies behind, gradient of r, g, b, z; then the sums of d_power times 1, dy, dy^2 and of weight times
    # those gradients. The line above the tile starts the sums.
    buffer = np.zeros((TILE_Y + 1) * _LINE_BACK, np.float32)
    for tile in range(start, stop):
        tile_x, tile_y = tile % columns, tile // columns
        left, top = tile_x * TILE_X, tile_y * TILE_Y
        right, bottom = min(left + TILE_X, width), min(top + TILE_Y, height)
        for py in range(TILE_Y):
            for px in range(TILE_X):
                at = np.uint64((py + 1) * _LINE_BACK + px)
                if py < bottom - top and px < right - left:
                    buffer[at], buffer[at + _P1] = _ONE, total[top + py, left + px]
                    buffer[at + _P2], buffer[at + _P3] = grad[top + py, left + px, 0], grad[top + py, left + px, 1]
                    buffer[at + _P4], buffer[at + _P5] = grad[top + py, left + px, 2], grad[top + py, left + px, 3]
                else:
                    buffer[at] = _ZERO
        for slot in range(tile_start[tile], tile_start[tile + 1]):
            if (slot - tile_start[tile]) % _RECHECK == _RECHECK - 1:
                alive = 0
                for py in range(1, bottom - top + 1):
                    for px in range(TILE_X):
                        alive += buffer[np.uint64(py * _LINE_BACK + px)] > _ZERO
                if alive == 0:
                    break
            i = lists[slot]
            x, y, a, b, c = packed[i, 0], packed[i, 1], packed[i, 2], packed[i, 3], packed[i, 4]
            opacity, red, green, blue = packed[i, 5], packed[i, 6], packed[i, 7], packed[i, 8]
            z, ex, ey, reach = packed[i, 9], packed[i, 10], packed[i, 11], packed[i, 12]
            first, last = max(left, math.ceil(x - ex - _HALF)), min(right, math.floor(x + ex - _HALF) + 1)
            high, low = max(top, math.ceil(y - ey - _HALF)), min(bottom, math.floor(y + ey - _HALF) + 1)
            g_all = g_dx = g_dy = g_xx = g_xy = g_yy = g_red = g_green = g_blue = g_z = _ZERO
            for strip in range(first, last, LANES):
                y0, y1 = high, low
                dx0 = np.float32(strip) + _HALF - x
                if last - first > LANES:
                    # The lines where the ellipse reaches this strip: of its edge, concave in x, the highest point here.
                    lean = b / a * ey
                    end = dx0 + np.float32(LANES - 1)
                    for side in range(2):
                        dx = min(max(lean if side == 0 else -lean, dx0), end)
                        reached = math.sqrt(max(_ZERO, (_TWO * reach - (a - b * b / c) * dx * dx) / c))
                        if side == 0:
                            y0 = max(high, math.ceil(y - b / c * dx - reached - _HALF))
                        else:
                            y1 = min(low, math.floor(y - b / c * dx + reached - _HALF) + 1)
                if y1 <= y0:
                    continue
                for lane in range(LANES):
                    at = np.uint64((y0 - top) * _LINE_BACK + strip - left + lane)
                    buffer[at + _P6] = buffer[at + _P7] = buffer[at + _P8] = _ZERO
                    buffer[at + _P9] = buffer[at + _P10] = buffer[at + _P11] = buffer[at + _P12] = _ZERO
                for py in range(y0, y1):
                    dy = np.float32(py) + _HALF - y
                    cross, square = b * dy, _HALF * c * dy * dy
                    base = np.uint64((py - top + 1) * _LINE_BACK + strip - left)
                    for lane in range(LANES):
                        at = base + np.uint64(lane)
                        above = at - _DOWN
                        before = buffer[at]
                        dx = dx0 + np.float32(np.int32(lane))
                        power = (_HALF * a * dx + cross) * dx + square
                        u = _MIDDLE - _QUARTER * power
                        q = ((((((_E7 * u + _E6) * u + _E5) * u + _E4) * u + _E3) * u + _E2) * u + _E1) * u + _E0
                        falloff = (q * q) * (q * q)
                        raw = opacity * falloff
                        alpha = min(_ALPHA_MAX, raw)
                        blends = (before > _ZERO) & (power >= _ZERO) & (power <= reach) & (alpha >= _ALPHA_MIN)
                        alpha = alpha if blends else _ZERO
                        after = before * (_ONE - alpha)
                        weight = before * alpha if after > _T_STOP else _ZERO
                        d_red, d_green, d_blue = buffer[at + _P2], buffer[at + _P3], buffer[at + _P4]
                        d_z = buffer[at + _P5]
                        q = d_red * red + d_green * green + d_blue * blue + d_z * z
                        rest = buffer[at + _P1] - weight * q
                        d_alpha = before * q - rest / (_ONE - alpha)
                        moves = blends & (after > _T_STOP) & (raw <= _ALPHA_MAX)
                        d_power = -d_alpha * raw if moves else _ZERO
                        buffer[at] = after if after > _T_STOP else -abs(before)
                        buffer[at + _P1] = rest
                        buffer[at + _P6] = buffer[above + _P6] + d_power
                        buffer[at + _P7] = buffer[above + _P7] + d_power * dy
                        buffer[at + _P8] = buffer[above + _P8] + d_power * dy * dy
                        buffer[at + _P9] = buffer[above + _P9] + weight * d_red
                        buffer[at + _P10] = buffer[above + _P10] + weight * d_green
                        buffer[at + _P11] = buffer[above + _P11] + weight * d_blue
                        buffer[at + _P12] = buffer[above + _P12] + weight * d_z
                for lane in range(LANES):
                    at = np.uint64((y1 - top) * _LINE_BACK + strip - left + lane)
                    dx = dx0 + np.float32(np.int32(lane))
                    g_all += buffer[at + _P6]
                    g_dx += buffer[at + _P6] * dx
                    g_xx += buffer[at + _P6] * dx * dx
                    g_dy += buffer[at + _P7]
                    g_xy += buffer[at + _P7] * dx
                    g_yy += buffer[at + _P8]
                    g_red += buffer[at + _P9]
                    g_green += buffer[at + _P10]
                    g_blue += buffer[at + _P11]
                    g_z += buffer[at + _P12]
            pair = first_pair[i] + (tile_y - span[i, 1]) * (span[i, 2] - span[i, 0]) + tile_x - span[i, 0]
            pair_grads[pair, 0], pair_grads[pair, 1] = -(a * g_dx + b * g_dy), -(b * g_dx + c * g_dy)
            pair_grads[pair, 2], pair_grads[pair, 3], pair_grads[pair, 4] = _HALF * g_xx, g_xy, _HALF * g_yy
            pair_grads[pair, 5] = -g_all / opacity
            pair_grads[pair, 6], pair_grads[pair, 7], pair_grads[pair, 8] = g_red, g_green, g_blue
            pair_grads[pair, 9] = g_z


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
