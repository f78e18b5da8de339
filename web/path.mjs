// The panel below a node that ends in a camera path: the path from above, with a marker that runs along it.
// Draws only what the node sent (ui.dreamdance_path); nothing is stored in the workflow or sent back to the server.

const INK = { path: "#7fb8ff", start: "#7dd87d", view: "rgba(127,184,255,0.25)", text: "#999" };

function bounds(payload) {
  const xs = payload.positions.map((p) => p[0]);
  const zs = payload.positions.map((p) => p[2]);
  const box = [Math.min(...xs), Math.max(...xs), Math.min(...zs), Math.max(...zs)];
  const span = Math.max(box[1] - box[0], box[3] - box[2], 1e-4);
  return { x: (box[0] + box[1]) / 2, z: (box[2] + box[3]) / 2, span: span * 1.8 };
}

function draw(canvas, payload, index) {
  const ctx = canvas.getContext("2d");
  const { width, height } = canvas;
  const { x, z, span } = bounds(payload);
  const scale = Math.min(width, height) / span;
  // Seen from above: right is right, forward (+z) is up.
  const place = (px, pz) => [width / 2 + (px - x) * scale, height / 2 - (pz - z) * scale];
  ctx.clearRect(0, 0, width, height);

  const [px, , pz] = payload.positions[index];
  const forward = payload.forward[index];
  const right = payload.right[index];
  const reach = (0.3 * Math.min(width, height)) / scale;
  const [cx, cy] = place(px, pz);
  ctx.fillStyle = INK.view;
  ctx.beginPath();
  ctx.moveTo(cx, cy);
  for (const side of [-1, 1]) {
    const half = side * payload.half_width[index];
    ctx.lineTo(...place(px + reach * (forward[0] + half * right[0]), pz + reach * (forward[2] + half * right[2])));
  }
  ctx.fill();

  ctx.strokeStyle = INK.path;
  ctx.lineWidth = 2;
  ctx.beginPath();
  payload.positions.forEach((p, i) => (i ? ctx.lineTo(...place(p[0], p[2])) : ctx.moveTo(...place(p[0], p[2]))));
  ctx.stroke();
  for (const [i, colour] of [[0, INK.start], [index, INK.path]]) {
    ctx.fillStyle = colour;
    ctx.beginPath();
    ctx.arc(...place(payload.positions[i][0], payload.positions[i][2]), 4, 0, 2 * Math.PI);
    ctx.fill();
  }
  ctx.fillStyle = INK.text;
  ctx.font = "11px sans-serif";
  const frame = index * payload.step + 1;
  ctx.fillText(`frame ${frame}/${payload.count} · ${payload.fps.toFixed(2)} fps · from above`, 6, height - 6);
}

export class PathPanel {
  constructor() {
    this.canvas = document.createElement("canvas");
    this.slider = document.createElement("input");
    Object.assign(this.slider, { type: "range", min: 0, max: 0, value: 0 });
    this.slider.setAttribute("aria-label", "frame of the camera path");
    this.slider.style.width = "100%";
    this.canvas.style.cssText = "width:100%;flex:1;min-height:0;background:rgba(0,0,0,0.25);border-radius:4px";
    this.root = document.createElement("div");
    this.root.style.cssText = "display:flex;flex-direction:column;height:100%;min-height:130px";
    this.root.append(this.canvas, this.slider);
    this.slider.addEventListener("input", () => this.redraw());
    this.observer = new ResizeObserver(() => this.redraw());
    this.observer.observe(this.canvas);
  }

  // What the node sent, after each run.
  show(payload) {
    this.payload = payload;
    this.slider.max = payload.positions.length - 1;
    this.redraw();
  }

  redraw() {
    const { canvas, payload } = this;
    if (!payload || !canvas.clientWidth) return;
    canvas.width = canvas.clientWidth;
    canvas.height = canvas.clientHeight;
    draw(canvas, payload, Number(this.slider.value));
  }

  dispose() {
    this.observer.disconnect();
  }
}
