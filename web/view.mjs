// Camera mathematics of the 3D preview, in the pack's convention: OpenCV axes (+x right, +y down, +z forward), K in
// pixels, c2w as rows of a 4x4 matrix.

// How a width x height picture sits in a box with its aspect kept: scale and the picture's left top corner.
export function fitted(width, height, box) {
  const scale = Math.min(box.width / width, box.height / height);
  return { scale, left: (box.width - width * scale) / 2, top: (box.height - height * scale) / 2 };
}

// K of a picture that is scaled and moved inside a larger one.
export function placedK(K, { scale, left, top }) {
  const [[fx, skew, cx], [, fy, cy]] = K;
  return [[scale * fx, scale * skew, scale * cx + left], [0, scale * fy, scale * cy + top], [0, 0, 1]];
}

// The 16 numbers (row-major) of the WebGL projection that puts points where K does, for a camera with three.js axes.
export function projection(K, width, height, near, far) {
  const [[fx, skew, cx], [, fy, cy]] = K;
  return [
    (2 * fx) / width, (-2 * skew) / width, 1 - (2 * cx) / width, 0,
    0, (2 * fy) / height, (2 * cy) / height - 1, 0,
    0, 0, (far + near) / (near - far), (2 * far * near) / (near - far),
    0, 0, -1, 0,
  ];
}

// Right of and above the first camera, looking between it and the scene, so that both are in view.
const HOME = { yaw: 0.7, pitch: 0.35, ahead: 0.55, distance: 1.6 }; // rad; shares of the depth
const STEEPEST = 1.48; // rad; straight up or down has no "right"
export const ORBIT_FOV = 0.87; // rad, along the shorter side

const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
const scaled = (a, s) => a.map((v) => v * s);
const plus = (a, b) => a.map((v, i) => v + b[i]);
const unit = (a) => scaled(a, 1 / Math.hypot(...a));
const turned = (c2w, v) => [0, 1, 2].map((i) => c2w[i][0] * v[0] + c2w[i][1] * v[1] + c2w[i][2] * v[2]);

// An orbit around a point before the first camera, which looks at things `depth` away; "up" is that camera's.
export class Orbit {
  around(first, depth) {
    const begun = this.first;
    Object.assign(this, { first, depth });
    if (!begun) this.reset();
  }

  reset() {
    const { first, depth } = this;
    this.yaw = HOME.yaw;
    this.pitch = HOME.pitch;
    this.distance = HOME.distance * depth;
    this.target = plus([first[0][3], first[1][3], first[2][3]], turned(first, [0, 0, HOME.ahead * depth]));
  }

  turn(yaw, pitch) {
    this.yaw += yaw;
    this.pitch = Math.min(STEEPEST, Math.max(-STEEPEST, this.pitch + pitch));
  }

  zoom(factor) {
    this.distance = Math.min(100 * this.depth, Math.max(0.01 * this.depth, this.distance * factor));
  }

  // Right and down on the screen, as shares of the view's height.
  pan(x, y) {
    const { right, down } = this.axes();
    const step = 2 * this.distance * Math.tan(ORBIT_FOV / 2);
    this.target = plus(this.target, plus(scaled(right, -x * step), scaled(down, -y * step)));
  }

  axes() {
    const flat = Math.cos(this.pitch);
    const forward = [-Math.sin(this.yaw) * flat, Math.sin(this.pitch), Math.cos(this.yaw) * flat];
    const right = unit(cross([0, 1, 0], forward));
    const down = cross(forward, right);
    const [r, d, f] = [right, down, forward].map((axis) => turned(this.first, axis));
    return { right: r, down: d, forward: f };
  }

  c2w() {
    const { right, down, forward } = this.axes();
    const eye = plus(this.target, scaled(forward, -this.distance));
    return [0, 1, 2].map((i) => [right[i], down[i], forward[i], eye[i]]).concat([[0, 0, 0, 1]]);
  }

  K({ width, height }) {
    const f = Math.min(width, height) / 2 / Math.tan(ORBIT_FOV / 2);
    return [[f, 0, width / 2], [0, f, height / 2], [0, 0, 1]];
  }
}
