"""The loops of numba_tiles.py, as plain Python over float32 arrays; numba compiles them there.

Every kernel works on a range of its outputs and writes nothing else, so that threads need no locks and the result does
not depend on how many there are. Float constants are float32 objects: a Python float would lift the arithmetic to
float64.

A packed splat is a row [x, y, xx, xy, yy, opacity, r, g, b, z, left, top, right, bottom, reach] in px, 1/px^2 and scene
units, padded to a cache line: left to bottom are the pixels it may touch, exclusive ends, and reach is the power at
which alpha falls under 1/255.

A tile is blended in a small buffer: one line per pixel row, in each line one plane of STRIDE numbers per quantity. The
innermost loops run over LANES neighbouring pixels of one line without a branch. Unsigned indices, one array and plane
distances known at compile time let LLVM turn each into vector instructions; with signed ones it does not.
"""

from __future__ import annotations

import math

import numpy as np

from ..projection import ALPHA_MAX, ALPHA_MIN, T_STOP

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
_ALPHA_MIN, _ALPHA_MAX, _T_STOP = np.float32(ALPHA_MIN), np.float32(ALPHA_MAX), np.float32(T_STOP)

# exp(-p) = q(_MIDDLE - p / 4)^4, q the Chebyshev fit of degree 7: relative error below 1e-6 for p in [0, ln 255].
_QUARTER, _MIDDLE = np.float32(0.25), np.float32(0.693)
_E0, _E1, _E2, _E3, _E4, _E5, _E6, _E7 = (
    np.float32(v)
    for v in (0.50007359, 0.50007359, 0.25003715, 0.083345672, 0.020832778, 0.0041667373, 0.0007065666, 0.00010072219)
)


def list_tiles(start, stop, step, packed, pairs, columns, cursor, lists):
    """Writes each splat of the chunks start to stop into `lists` at its tiles' cursors (chunks, tiles)."""
    for chunk in range(start, stop):
        for i in range(chunk * step, min(len(pairs), (chunk + 1) * step)):
            if pairs[i] > 0:
                for ty in range(int(packed[i, 11]) // TILE_Y, (int(packed[i, 13]) - 1) // TILE_Y + 1):
                    for tx in range(int(packed[i, 10]) // TILE_X, (int(packed[i, 12]) - 1) // TILE_X + 1):
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
            z, reach = packed[i, 9], packed[i, 14]
            first, last = max(left, int(packed[i, 10])), min(right, int(packed[i, 12]))
            high, low = max(top, int(packed[i, 11])), min(bottom, int(packed[i, 13]))
            for strip in range(first, last, LANES):
                y0, y1 = high, low
                dx0 = np.float32(strip) + _HALF - x
                if last - first > LANES:
                    # The lines where the ellipse reaches this strip: of its edge, concave in x, the highest point here.
                    lean = b * math.sqrt(_TWO * reach / (a * (a * c - b * b)))
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


def composite_backward(start, stop, packed, first_pair, tile_start, lists, columns, grad, total, pair_grads):
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
            z, reach = packed[i, 9], packed[i, 14]
            first, last = max(left, int(packed[i, 10])), min(right, int(packed[i, 12]))
            high, low = max(top, int(packed[i, 11])), min(bottom, int(packed[i, 13]))
            g_all = g_dx = g_dy = g_xx = g_xy = g_yy = g_red = g_green = g_blue = g_z = _ZERO
            for strip in range(first, last, LANES):
                y0, y1 = high, low
                dx0 = np.float32(strip) + _HALF - x
                if last - first > LANES:
                    # The lines where the ellipse reaches this strip: of its edge, concave in x, the highest point here.
                    lean = b * math.sqrt(_TWO * reach / (a * (a * c - b * b)))
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
            column, wide = int(packed[i, 10]) // TILE_X, (int(packed[i, 12]) - 1) // TILE_X + 1
            pair = first_pair[i] + (tile_y - int(packed[i, 11]) // TILE_Y) * (wide - column) + tile_x - column
            pair_grads[pair, 0], pair_grads[pair, 1] = -(a * g_dx + b * g_dy), -(b * g_dx + c * g_dy)
            pair_grads[pair, 2], pair_grads[pair, 3], pair_grads[pair, 4] = _HALF * g_xx, g_xy, _HALF * g_yy
            pair_grads[pair, 5] = -g_all / opacity
            pair_grads[pair, 6], pair_grads[pair, 7], pair_grads[pair, 8] = g_red, g_green, g_blue
            pair_grads[pair, 9] = g_z
