// The pose editor below Edit Pose: the chosen frame with its skeleton, whose points can be dragged, hidden and reset.
// Every change goes into the node's `edits` widget as a readable list; the graph continues with it at the next run.

import { app } from "../../scripts/app.js";
import { addStyle, element, keepFromGraph, urlOf } from "./dom.mjs";
import { Pictures } from "./pictures.mjs";
import { drawPose, tagOf } from "./pose_draw.mjs";
import { pressed } from "./pose_keys.mjs";
import { PoseModel, limbOf, written } from "./pose_model.mjs";
import { fitted } from "./view.mjs";

const REACH = 10; // px on the screen within which a point is taken
const STILL = 3; // px a pointer may move without moving the point
const HINT = "Drag a point · Shift: its limb · Ctrl: whole figure · wheel: zoom · drag the ground: move the view";

export class PosePanel {
  constructor(node) {
    for (const sheet of ["./scene.css", "./pose.css"]) addStyle(sheet);
    Object.assign(this, { node, frame: 0, past: [], future: [], zoom: 1, pan: [0, 0], chosen: null, broken: false });
    this.build();
    this.listen();
    this.observer = new ResizeObserver(() => this.redraw());
    this.observer.observe(this.stage);
  }

  build() {
    const button = (text, title, act) => {
      const made = element("button", { type: "button", textContent: text, title });
      made.onclick = () => {
        act();
        this.focus();
      };
      return made;
    };
    this.canvas = element("canvas");
    this.tag = element("span", { className: "tag here", hidden: true });
    this.note = element("div", { className: "note failed", role: "status", hidden: true });
    this.stage = element("div", { className: "stage", role: "group", label: "pose of the frame" });
    this.stage.append(this.canvas, this.tag, this.note);
    this.slider = element("input", { type: "range", min: 0, max: 0, value: 0, label: "frame" });
    this.counter = element("output");
    this.keys = element("div", { className: "keyframes" });
    this.undo = button("↶", "Undo (Ctrl+Z)", () => this.step(this.past, this.future));
    this.redo = button("↷", "Redo (Ctrl+Shift+Z)", () => this.step(this.future, this.past));
    const hiding = "Hide or show the chosen point in this frame (H); Shift+H hides it in all frames";
    this.hide = button("Hide", hiding, () => this.toggle());
    const back = (text, what, act) => button(text, `Take ${what} back`, () => this.reset(act));
    this.resetPoint = back("Reset point", "the chosen point's changes of this frame (Delete)", "point");
    this.resetFrame = back("Reset frame", "all keys of this frame", "frame");
    this.resetAll = back("Reset all", "all changes", "all");
    this.blend = element("input", { type: "number", min: 0, max: 9999, step: 1, value: 8 });
    const title = "How many frames before and after a key are changed too, less and less";
    const blend = element("label", { className: "blend", textContent: "blend", title });
    blend.append(this.blend);
    const row = (...parts) => element("div", { className: "row" }, ...parts);
    this.root = element("div", { className: "dreamdance-scene dreamdance-pose" }, this.stage);
    this.root.append(row(this.slider, this.counter), this.keys);
    this.root.append(row(this.undo, this.redo, this.hide, this.resetPoint, this.resetFrame, this.resetAll, blend));
    this.root.append(element("div", { className: "hint", textContent: HINT }));
  }

  listen() {
    this.slider.oninput = () => this.select(Number(this.slider.value));
    this.blend.onchange = () => this.setBlend();
    const { stage } = this;
    stage.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    stage.addEventListener("pointerdown", (event) => this.onDown(event));
    stage.addEventListener("pointermove", (event) => this.onMove(event));
    for (const name of ["pointerup", "pointercancel"]) stage.addEventListener(name, (event) => this.onUp(event));
    stage.addEventListener("pointerleave", () => this.hover(null));
    stage.addEventListener("mousedown", (event) => event.preventDefault()); // it would take the keyboard away again
    stage.addEventListener("contextmenu", (event) => event.preventDefault());
    stage.addEventListener("dblclick", (event) => this.hit(event) ?? this.fit());
    this.root.addEventListener("pointerenter", () => this.sync());
    this.root.addEventListener("keydown", (event) => pressed(this, event));
    keepFromGraph(this.root);
  }

  // The slider has the keyboard: while an input has it, the host keeps its own undo to itself.
  focus() {
    this.slider.focus({ preventScroll: true });
  }

  // What the node sent, after each run.
  async show(payload) {
    if (JSON.stringify(this.payload) === JSON.stringify(payload)) return;
    const before = this.payload;
    this.payload = payload;
    if (before?.frames?.file.filename !== payload.frames?.file.filename) {
      this.pictures?.close();
      this.pictures = payload.frames ? new Pictures(urlOf(payload.frames.file), payload.frames.sizes) : null;
      this.picture = null;
    }
    try {
      const answer = await fetch(urlOf(payload.points));
      if (!answer.ok) throw new Error("the pose's file is gone");
      const points = new Float32Array(await answer.arrayBuffer());
      if (this.payload !== payload) return;
      this.model = new PoseModel(payload, points);
    } catch (error) {
      this.payload = before;
      return this.say(`No pose (${error.message}); run the workflow again.`);
    }
    if (before && (before.count !== payload.count || before.people !== payload.people)) {
      this.chosen = this.over = null; // of a pose that is gone, like the steps that could be undone
      [this.past, this.future] = [[], []];
    }
    this.text = null;
    this.sync();
    this.slider.max = payload.count - 1;
    this.select(Math.min(this.frame, payload.count - 1));
  }

  dispose() {
    this.pictures?.close();
    this.observer.disconnect();
  }

  say(text) {
    this.note.textContent = text;
    this.note.hidden = !text;
  }

  get widget() {
    return this.node.widgets.find((widget) => widget.name === "edits");
  }

  // Whether the list cannot be changed here: it comes from a link, or cannot be read.
  get locked() {
    const socket = this.node.inputs?.find((input) => input.widget?.name === "edits");
    return this.broken || (socket?.link ?? null) !== null;
  }

  // Takes over what stands in the widget, which the user may have changed by hand.
  sync() {
    const { widget, model } = this;
    if (!model || widget.value === this.text) return;
    if (this.text !== null && !this.broken) this.past.push(this.text);
    this.text = widget.value;
    this.broken = false;
    this.say(this.locked ? "edits comes from a link; disconnect it to edit here." : "");
    try {
      model.read(JSON.parse(this.text || "[]"));
    } catch (error) {
      this.broken = true;
      this.say(`edits cannot be shown: ${error.message}`);
      model.read([]);
    }
    this.refresh();
  }

  // Stores a list in the widget, so that it is saved with the workflow.
  // A list that does not fit the pose (an old one, after a run with another clip) is not taken: false.
  write(text) {
    try {
      this.model.read(JSON.parse(text || "[]"));
    } catch (error) {
      this.model.read(JSON.parse(this.text || "[]"));
      this.say(`this cannot be taken over: ${error.message}`);
      return false;
    }
    this.text = text;
    app.canvas.emitBeforeChange();
    this.widget.value = text;
    this.widget.callback?.(text);
    app.canvas.emitAfterChange();
    this.refresh();
    return true;
  }

  commit(changes) {
    const text = written(changes);
    if (text === this.text) return;
    const before = this.text;
    if (!this.write(text)) return;
    this.past.push(before);
    this.future = [];
  }

  step(from, to) {
    this.sync();
    if (!from.length || this.locked) return;
    const before = this.text;
    if (this.write(from.pop())) to.push(before);
  }

  select(frame) {
    this.frame = frame;
    this.slider.value = frame;
    this.counter.value = `${frame + 1} / ${this.payload.count}`;
    this.refresh();
    this.loadPicture();
  }

  // Buttons, marks and picture for the present state.
  refresh() {
    const { model, chosen, frame } = this;
    this.undo.disabled = !this.past.length;
    this.redo.disabled = !this.future.length;
    for (const button of [this.hide, this.resetPoint]) button.disabled = !chosen;
    const hidden = chosen && !model.where(frame, chosen.person, chosen.point).seen;
    this.hide.textContent = hidden ? "Show" : "Hide";
    const mark = (key) => {
      const share = (100 * key) / Math.max(model.count - 1, 1);
      return element("i", { style: `left:${share}%`, title: `frame ${key + 1}` });
    };
    this.keys.replaceChildren(...model.keyFrames().map(mark));
    this.redraw();
  }

  toggle(everywhere = false) {
    const { chosen, frame, model } = this;
    if (!chosen || this.locked) return;
    const { person, point } = chosen;
    const { seen, hidden, xy } = model.where(frame, person, point);
    if (seen) return this.commit(model.withHidden(frame, person, [point], everywhere));
    const shown = hidden ? model.withShown(frame, person, point) : model.changes;
    const lost = !model.path(person, point).seen[frame];
    this.commit(lost && xy ? model.withPoint(frame, person, point, xy, this.blendFrames()) : shown);
  }

  reset(what) {
    const { chosen, frame, model } = this;
    if (!model || this.locked) return;
    if (what === "point" && chosen) this.commit(model.withoutPoint(frame, chosen.person, chosen.point));
    if (what === "frame") this.commit(model.withoutFrame(frame));
    if (what === "all") this.commit([]);
  }

  blendFrames() {
    return Math.max(0, Math.round(Number(this.blend.value)) || 0);
  }

  setBlend() {
    const { chosen, frame, model } = this;
    if (!model || !chosen || this.locked) return;
    this.commit(model.withBlend(frame, chosen.person, chosen.point, this.blendFrames()));
  }

  // How the picture lies on the stage: stage px = picture px * scale + (left, top).
  place() {
    const { width, height } = this.payload;
    const box = { width: this.stage.clientWidth, height: this.stage.clientHeight };
    const { scale } = fitted(width, height, box);
    const [x, y] = this.pan;
    const zoomed = scale * this.zoom;
    return {
      scale: zoomed,
      left: (box.width - width * zoomed) / 2 + x,
      top: (box.height - height * zoomed) / 2 + y,
    };
  }

  fit() {
    Object.assign(this, { zoom: 1, pan: [0, 0] });
    this.redraw();
  }

  // Where an event is, in px of the stage (the graph's zoom taken out).
  onStage(event) {
    const seen = this.stage.getBoundingClientRect();
    const share = this.stage.clientWidth / seen.width;
    return [(event.clientX - seen.left) * share, (event.clientY - seen.top) * share];
  }

  // The point under the pointer; body points are easier to take than those of hands and face.
  hit(event) {
    const { model, frame } = this;
    if (!model) return null;
    const [x, y] = this.onStage(event);
    const { scale, left, top } = this.place();
    let best = null;
    for (let person = 0; person < model.people; person++) {
      for (let point = 0; point < model.total; point++) {
        const { xy } = model.where(frame, person, point);
        if (!xy) continue;
        const far = Math.hypot(xy[0] * scale + left - x, xy[1] * scale + top - y);
        const weighed = far + (point < model.names.length ? 0 : 2);
        if (far <= REACH && (!best || weighed < best.weighed)) best = { person, point, weighed };
      }
    }
    return best && { person: best.person, point: best.point };
  }

  onDown(event) {
    this.focus();
    this.sync();
    if (!this.model) return;
    this.stage.setPointerCapture(event.pointerId);
    const found = event.button === 0 ? this.hit(event) : null;
    const from = this.onStage(event);
    this.drag = { from, pan: [...this.pan], moved: false };
    if (found && !this.locked) {
      const { model, frame } = this;
      const { person, point } = found;
      let points = [point];
      if (event.shiftKey) points = limbOf(model, point);
      if (event.ctrlKey || event.metaKey) points = model.pointsOf("all");
      Object.assign(this.drag, { person, point, points, changes: model.changes });
      this.drag.start = model.where(frame, person, point).xy;
    }
    this.chosen = found;
    this.refresh();
  }

  onMove(event) {
    const { drag } = this;
    if (!drag) return this.hover(this.hit(event));
    const [x, y] = this.onStage(event);
    const by = [x - drag.from[0], y - drag.from[1]];
    drag.moved ||= Math.hypot(...by) > STILL;
    if (!drag.moved) return;
    this.stage.dataset.over = "drag";
    if (drag.points) this.preview(drag, by.map((value) => value / this.place().scale));
    else this.pan = drag.pan.map((value, axis) => value + by[axis]);
    this.redraw();
  }

  // The list as it will be if the drag ends here.
  preview({ person, point, points, changes, start }, by) {
    const { model, frame } = this;
    model.read(changes);
    const blend = this.blendFrames();
    const to = start.map((value, axis) => value + by[axis]);
    if (points.length === 1) model.read(model.withPoint(frame, person, point, to, blend));
    else model.read(model.withGroup(frame, person, points, by, blend));
  }

  onUp(event) {
    const { drag, model } = this;
    this.drag = null;
    if (drag?.points && drag.moved) {
      const changes = model.changes;
      model.read(drag.changes);
      if (event.type === "pointerup") this.commit(changes);
    }
    this.hover(this.chosen);
    this.redraw();
  }

  hover(found) {
    this.over = found;
    this.stage.dataset.over = found ? "point" : "";
    this.redraw();
  }

  onWheel(event) {
    if (!this.model) return;
    event.preventDefault();
    event.stopPropagation(); // the node graph zooms too
    const [x, y] = this.onStage(event);
    const before = this.place();
    const at = [(x - before.left) / before.scale, (y - before.top) / before.scale];
    const factor = Math.exp(Math.max(-0.3, Math.min(0.3, -event.deltaY * 0.0015)));
    this.zoom = Math.max(1, Math.min(40, this.zoom * factor));
    if (this.zoom === 1) this.pan = [0, 0];
    const after = this.place();
    const off = [x - after.left - at[0] * after.scale, y - after.top - at[1] * after.scale];
    if (this.zoom > 1) this.pan = this.pan.map((value, axis) => value + off[axis]); // what is under the pointer stays
    this.redraw();
  }

  async loadPicture() {
    const { pictures, frame } = this;
    if (!pictures) return;
    const index = Math.min(frame, pictures.parts.length - 1); // one picture may serve all frames
    if (this.picture?.index === index) return this.redraw();
    try {
      const bitmap = await pictures.at(index);
      if (pictures !== this.pictures || frame !== this.frame) return;
      const copy = new OffscreenCanvas(bitmap.width, bitmap.height); // the bitmap is closed when others come
      copy.getContext("2d").drawImage(bitmap, 0, 0);
      this.picture = { index, copy };
      this.redraw();
    } catch (error) {
      if (pictures === this.pictures) this.say(`No pictures (${error.message}); run the workflow again.`);
    }
  }

  redraw() {
    this.asked ??= requestAnimationFrame(() => {
      this.asked = null;
      if (this.model && this.stage.clientWidth) this.draw();
    });
  }

  draw() {
    const { canvas, stage, model, frame, picture, chosen, over } = this;
    const fine = Math.min(3, (devicePixelRatio * stage.getBoundingClientRect().width) / stage.clientWidth);
    canvas.width = Math.round(stage.clientWidth * fine);
    canvas.height = Math.round(stage.clientHeight * fine);
    const ctx = canvas.getContext("2d");
    ctx.setTransform(fine, 0, 0, fine, 0, 0);
    drawPose(ctx, { model, frame, place: this.place(), picture: picture?.copy, marked: [chosen, over] });
    const one = over ?? chosen;
    this.tag.hidden = !one;
    if (one) this.tag.textContent = tagOf(this.model, this.frame, one);
  }
}
