// The panel below a node that makes or renders a scene: its pictures camera by camera, and, once asked for, the scene
// in 3D: from outside with path and frustums, or through a camera at its exact K beside the picture.
// Shows only what the node sent (ui.dreamdance_scene); nothing is stored in the workflow or sent back to the server,
// but for key cameras, which a click hands to Camera Keyframes.

import { addStyle, element, keepFromGraph, urlOf } from "./dom.mjs";
import { KeyList } from "./keys.mjs";
import { Pictures } from "./pictures.mjs";
import { ORBIT_FOV, Orbit, fitted, placedK } from "./view.mjs";

const TURN = 0.09; // rad per arrow key
const NO_PICTURES = "No pictures";
const WORDS = {
  path: { camera: "frame", picture: "rendered" },
  views: { camera: "view", picture: "training view" },
};

let live = null; // the one panel with a WebGL view: browsers allow few contexts, and GPU memory is for models

export class ScenePanel {
  constructor(node) {
    addStyle("./scene.css");
    this.keys = new KeyList(node, () => this.viewpoint(), () => this.payload);
    this.mode = "camera";
    this.index = 0;
    this.viewer = null;
    this.build();
    this.listen();
    this.observer = new ResizeObserver(() => this.redraw());
    this.observer.observe(this.stage);
  }

  build() {
    const range = (label, max) => element("input", { type: "range", min: 0, max, value: 0, label });
    const choice = (name, title) => element("button", { type: "button", textContent: name, title });
    this.canvas = element("canvas", { className: "live", hidden: true });
    this.picture = element("canvas", { className: "picture" });
    this.frame = element("div", { className: "frame", hidden: true });
    this.divider = element("div", { className: "divider" });
    this.here = element("span", { className: "tag here" });
    this.there = element("span", { className: "tag there" });
    this.note = element("div", { className: "note", role: "status", hidden: true });
    this.opener = element("button", { type: "button", className: "open", textContent: "Open in 3D" });
    this.frame.append(this.divider);
    this.stage = element("div", { className: "stage", tabIndex: 0, role: "group", label: "scene" });
    this.stage.append(this.canvas, this.picture, this.frame, this.here, this.there, this.note, this.opener);

    this.play = element("button", { type: "button", className: "play", textContent: "▶", label: "play" });
    this.slider = range("camera of the path", 0);
    this.counter = element("output");
    this.byCamera = choice("Camera", "Look through the camera, at its exact K");
    this.byOrbit = choice("Orbit", "Look from outside: drag turns, right drag or Shift moves, wheel zooms");
    this.compare = range("share of the picture beside the 3D view", 100);
    this.compare.value = 100;
    this.comparing = element("label", { textContent: "compare" });
    this.comparing.append(this.compare);
    this.home = element("button", { type: "button", textContent: "Reset", title: "Back to the first look (Home)" });
    this.root = element("div", { className: "dreamdance-scene" }, this.stage);
    this.root.append(element("div", { className: "row" }, this.play, this.slider, this.counter));
    const modes = element("div", { className: "choice", role: "group", label: "look" }, this.byCamera, this.byOrbit);
    this.root.append(element("div", { className: "row" }, modes, this.comparing, this.home));
    this.root.append(this.keys.row, this.keys.lines);
    this.choose("camera");
  }

  listen() {
    this.opener.onclick = () => this.choose("orbit");
    this.byCamera.onclick = () => this.choose("camera");
    this.byOrbit.onclick = () => this.choose("orbit");
    this.home.onclick = () => this.reset();
    this.play.onclick = () => (this.playing ? this.stop() : this.start());
    this.slider.oninput = () => {
      this.stop();
      this.select(Number(this.slider.value));
    };
    this.compare.oninput = () => {
      if (!this.viewer) this.open();
      this.redraw();
    };
    const { stage } = this;
    stage.addEventListener("keydown", (event) => this.onKey(event));
    stage.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    stage.addEventListener("pointerdown", (event) => this.onDown(event));
    stage.addEventListener("pointermove", (event) => this.onMove(event));
    for (const name of ["pointerup", "pointercancel"]) stage.addEventListener(name, () => (this.drag = null));
    stage.addEventListener("contextmenu", (event) => event.preventDefault());
    keepFromGraph(this.root);
  }

  // What the node sent, after each run.
  show(payload) {
    const same = this.payload?.splat.filename === payload.splat.filename;
    if (same && JSON.stringify(this.payload) === JSON.stringify(payload)) return;
    this.payload = payload;
    this.pictures?.close();
    this.pictures = new Pictures(urlOf(payload.frames.file), payload.frames.sizes);
    this.drawn = null;
    this.stop();
    const words = WORDS[payload.path ? "path" : "views"];
    this.slider.setAttribute("aria-label", words.camera);
    this.slider.max = payload.cameras.length - 1;
    this.play.hidden = !payload.path || payload.cameras.length < 2;
    this.keys.row.hidden = !payload.path; // frames are those of a path
    this.note.hidden = true;
    this.orbit ??= new Orbit();
    this.orbit.around(payload.cameras[0].c2w, payload.depth); // keeps the user's look
    this.select(Math.min(this.index, payload.cameras.length - 1));
    if (this.viewer || this.opening) this.open();
  }

  // The 3D view of the present scene; any other panel's is closed.
  async open() {
    const { payload } = this;
    if (this.opening === payload) return;
    this.opening = payload;
    if (live && live !== this) live.close();
    live = this;
    this.freeViewer();
    this.say(`Loading ${payload.count.toLocaleString("en")} Gaussians…`);
    const current = () => live === this && this.opening === payload;
    try {
      const answer = await fetch(urlOf(payload.splat));
      if (!answer.ok) throw new Error("the scene's file is gone; run the workflow again");
      const splats = new Uint8Array(await answer.arrayBuffer());
      const { Viewer } = await import("./viewer.mjs");
      if (!current()) return;
      this.canvas.replaceWith((this.canvas = this.canvas.cloneNode())); // a canvas gives one context only
      const viewer = await Viewer.open(this.canvas, payload, splats);
      if (!current()) return viewer.close();
      this.viewer = viewer;
      this.canvas.addEventListener("webglcontextlost", () => {
        if (this.viewer === viewer) this.close("The 3D view was lost; open it again.");
      });
      this.note.hidden = true;
      if (this.compare.value === "100") this.compare.value = 50;
      this.drawn = null;
      this.redraw();
    } catch (error) {
      if (current()) this.close(`No 3D view: ${error.message}`);
    } finally {
      if (this.opening === payload) this.opening = null;
    }
  }

  freeViewer() {
    this.viewer?.close();
    this.viewer = null;
  }

  // What is seen now, as a key camera of the frame that the slider stands at: the whole picture fits in the view.
  viewpoint() {
    const { width, height, cameras, step } = this.payload;
    const frame = this.index * step;
    if (this.mode === "camera") {
      const { c2w, K } = cameras[this.index];
      return { frame, c2w, fov: 2 * Math.atan(width / 2 / K[0][0]) };
    }
    const across = (width / Math.min(width, height)) * Math.tan(ORBIT_FOV / 2);
    return { frame, c2w: this.orbit.c2w(), fov: 2 * Math.atan(across) };
  }

  // Back to the pictures alone.
  close(reason = "") {
    this.freeViewer();
    this.opening = null;
    if (live === this) live = null;
    this.compare.value = 100;
    this.choose("camera");
    if (reason) this.say(reason, true);
  }

  dispose() {
    this.stop();
    this.close();
    this.pictures?.close();
    this.observer.disconnect();
  }

  say(text, failed = false) {
    this.note.textContent = text;
    this.note.hidden = false;
    this.note.classList.toggle("failed", failed);
    this.opener.hidden = !failed;
  }

  choose(mode) {
    this.mode = mode;
    this.root.dataset.mode = mode;
    this.byCamera.setAttribute("aria-pressed", mode === "camera");
    this.byOrbit.setAttribute("aria-pressed", mode === "orbit");
    this.compare.disabled = mode === "orbit";
    if (mode === "orbit" && !this.viewer) this.open();
    this.redraw();
  }

  reset() {
    this.orbit?.reset();
    if (this.viewer) this.compare.value = 50;
    this.stop();
    this.select(0);
  }

  select(index) {
    this.index = index;
    this.slider.value = index;
    const { step, total } = this.payload;
    const shown = Math.min(total, index * step + 1);
    this.counter.value = `${shown} / ${total}`;
    this.slider.setAttribute("aria-valuetext", `${shown} of ${total}`);
    this.redraw();
  }

  start() {
    const { cameras, fps, step } = this.payload;
    const begin = performance.now() - (this.index * step * 1000) / fps;
    const tick = (now) => {
      const index = Math.floor(((now - begin) * fps) / 1000 / step) % cameras.length;
      if (index !== this.index && index >= 0) this.select(index);
      this.playing = requestAnimationFrame(tick);
    };
    this.playing = requestAnimationFrame(tick);
    this.play.textContent = "❚❚";
    this.play.setAttribute("aria-label", "pause");
  }

  stop() {
    cancelAnimationFrame(this.playing);
    this.playing = null;
    this.play.textContent = "▶";
    this.play.setAttribute("aria-label", "play");
  }

  redraw() {
    this.asked ??= requestAnimationFrame(() => {
      this.asked = null;
      this.draw();
    });
  }

  draw() {
    const box = { width: this.stage.clientWidth, height: this.stage.clientHeight };
    if (!this.payload || !box.width || !box.height) return;
    const { width, height, cameras } = this.payload;
    const place = fitted(width, height, box);
    this.arrange(place);
    this.drawPicture();
    const { viewer } = this;
    if (!viewer) return;
    const orbit = this.mode === "orbit";
    const camera = cameras[this.index];
    const looks = orbit
      ? { c2w: this.orbit.c2w(), K: this.orbit.K(box) }
      : { c2w: camera.c2w, K: placedK(camera.K, place) };
    viewer.marks.select(this.index);
    this.stage.setAttribute("aria-busy", "true");
    const failed = (error) => {
      if (this.viewer === viewer) this.close(`No 3D view: ${error.message}`);
    };
    const drawing = viewer.draw({ ...looks, ...box, scale: place.scale, orbit });
    drawing.catch(failed).finally(() => this.stage.setAttribute("aria-busy", "false"));
  }

  arrange({ scale, left, top }) {
    const { width, height, path, count } = this.payload;
    const [words, shown] = [WORDS[path ? "path" : "views"], Boolean(this.viewer)];
    const orbit = this.mode === "orbit" && shown;
    const share = shown ? Number(this.compare.value) : 100;
    const size = { left: `${left}px`, top: `${top}px`, width: `${width * scale}px`, height: `${height * scale}px` };
    for (const part of [this.picture, this.frame]) Object.assign(part.style, size);
    this.root.toggleAttribute("data-live", shown);
    this.canvas.hidden = !shown;
    this.frame.hidden = orbit || !shown;
    this.picture.hidden = orbit || share === 0;
    this.picture.style.clipPath = `inset(0 ${100 - share}% 0 0)`;
    this.divider.hidden = share === 0 || share === 100;
    this.divider.style.left = `${share}%`;
    this.here.textContent = orbit ? `${count.toLocaleString("en")} Gaussians` : words.picture;
    this.here.hidden = !orbit && share === 0;
    this.there.textContent = "3D";
    this.there.hidden = orbit || share === 100;
    if (this.note.hidden) this.opener.hidden = shown;
  }

  async drawPicture() {
    const { index, pictures } = this;
    if (this.drawn === index) return;
    try {
      const bitmap = await pictures.at(index);
      if (index !== this.index || pictures !== this.pictures) return;
      this.picture.width = bitmap.width;
      this.picture.height = bitmap.height;
      this.picture.getContext("2d").drawImage(bitmap, 0, 0);
      this.drawn = index;
      if (this.note.textContent.startsWith(NO_PICTURES)) this.note.hidden = true;
      if (!this.viewer) return;
      this.viewer.marks.show(this.picture);
      this.redraw();
    } catch (error) {
      if (pictures !== this.pictures) return;
      this.stop(); // playing on would try again at every frame
      this.say(`${NO_PICTURES} (${error.message}); run the workflow again.`, true);
    }
  }

  onKey(event) {
    const { key } = event;
    const orbit = this.mode === "orbit";
    const step = (by) => {
      const count = this.payload.cameras.length;
      this.stop();
      this.select((this.index + by + count) % count);
    };
    const actions = {
      ArrowLeft: () => (orbit ? this.orbit.turn(TURN, 0) : step(-1)),
      ArrowRight: () => (orbit ? this.orbit.turn(-TURN, 0) : step(1)),
      ArrowUp: () => orbit && this.orbit.turn(0, TURN),
      ArrowDown: () => orbit && this.orbit.turn(0, -TURN),
      "+": () => orbit && this.orbit.zoom(0.9),
      "-": () => orbit && this.orbit.zoom(1 / 0.9),
      Home: () => this.reset(),
      " ": () => this.play.hidden || this.play.click(),
    };
    if (!this.payload || event.target !== this.stage || !actions[key]) return;
    event.preventDefault();
    event.stopPropagation(); // keys are the node graph's shortcuts too
    actions[key]();
    this.redraw();
  }

  onWheel(event) {
    if (this.mode !== "orbit" || !this.viewer) return; // the node graph zooms
    event.preventDefault();
    event.stopPropagation();
    this.orbit.zoom(Math.exp(Math.max(-0.3, Math.min(0.3, event.deltaY * 0.0015))));
    this.redraw();
  }

  onDown(event) {
    if (!this.viewer || event.target.closest("button")) return;
    this.stage.setPointerCapture(event.pointerId);
    this.drag = { x: event.clientX, y: event.clientY, moves: event.button !== 0 || event.shiftKey };
    this.onMove(event);
  }

  onMove(event) {
    if (!this.drag) return;
    const seen = this.stage.getBoundingClientRect(); // the graph's zoom is in it
    const [dx, dy] = [(event.clientX - this.drag.x) / seen.height, (event.clientY - this.drag.y) / seen.height];
    if (this.mode === "camera") {
      const frame = this.frame.getBoundingClientRect();
      this.compare.value = Math.round(((event.clientX - frame.left) / frame.width) * 100);
    } else if (this.drag.moves) this.orbit.pan(dx, dy);
    else this.orbit.turn(-dx * Math.PI, dy * Math.PI); // half a turn across the stage
    Object.assign(this.drag, { x: event.clientX, y: event.clientY });
    this.redraw();
  }
}
