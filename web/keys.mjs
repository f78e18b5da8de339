// Key cameras taken in the 3D view: a list of lines as Camera Keyframes reads them, handed to that node when asked to.

import { element } from "./dom.mjs";

const TARGET = "DreamDanceCameraKeyframes";
const DEGREES = 180 / Math.PI;
const GAP = 40; // px between a node and one made for it

const text = (value, digits) => String(Number(value.toFixed(digits)));

// The line of a camera at a frame: position in scene units, yaw, pitch and roll (right, up, clockwise), horizontal fov.
export function keyLine({ frame, c2w, fov }) {
  const at = [0, 1, 2].map((i) => text(c2w[i][3], 4)).join(" ");
  const yaw = Math.atan2(c2w[0][2], c2w[2][2]);
  const pitch = Math.asin(Math.max(-1, Math.min(1, -c2w[1][2])));
  const roll = Math.atan2(c2w[1][0], c2w[1][1]);
  const turn = [yaw, pitch, roll].map((angle) => text(angle * DEGREES, 3)).join(" ");
  return `${frame} at ${at} turn ${turn} fov ${text(fov * DEGREES, 3)}`;
}

const frameOf = (line) => Number.parseFloat(line);

// The lines with one more, in the order of their frames; one of the same frame is replaced.
export function withKey(lines, line) {
  const others = lines.filter((other) => other.trim() && frameOf(other) !== frameOf(line));
  return [...others, line].sort((a, b) => frameOf(a) - frameOf(b));
}

export class KeyList {
  // node: whose panel this is. look: what the view shows now, as keyLine takes it. shot: the panel's payload.
  constructor(node, look, shot) {
    this.node = node;
    this.shot = shot;
    const button = (textContent, title, onclick) => element("button", { type: "button", textContent, title, onclick });
    this.lines = element("textarea", { className: "keys", label: "key cameras", rows: 3, hidden: true, spellcheck: false });
    this.set = button("Set key", "Keep this view as the key camera of this frame", () => this.add(keyLine(look())));
    this.use = button("To Camera Keyframes", "Write the keys into that node, made if there is none", () => this.hand());
    this.use.hidden = true;
    this.row = element("div", { className: "row" }, this.set, this.use);
  }

  add(line) {
    this.lines.value = withKey(this.lines.value.split("\n"), line).join("\n");
    this.lines.hidden = this.use.hidden = false;
  }

  // The only place where a panel changes the workflow, and only on a click.
  hand() {
    const { graph } = this.node;
    let target = graph.nodes.find((node) => node.comfyClass === TARGET);
    if (!target) {
      target = window.LiteGraph.createNode(TARGET);
      target.pos = [this.node.pos[0], this.node.pos[1] + this.node.size[1] + GAP];
      graph.add(target);
      const { width, height, fps, path, count } = this.shot();
      const own = { width, height, fps, frames: path ? count : 0 };
      for (const widget of target.widgets) widget.value = own[widget.name] ?? widget.value;
    }
    const widget = target.widgets.find((each) => each.name === "keys");
    widget.value = this.lines.value;
    widget.callback?.(widget.value);
    graph.setDirtyCanvas(true, true);
  }
}
