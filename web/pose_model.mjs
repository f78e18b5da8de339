// The pose editor's data, without a page: corrections as the node's `edits` list, and what they do to the pose.
// The same rules as dreamdance_core/pose/edit.py (a browser test compares the two).

const round = (value) => Math.round(value * 10) / 10; // px in the list
const range = (start, stop) => Array.from({ length: stop - start }, (_, i) => start + i);
const between = (value, low, high) => Math.min(high, Math.max(low, value));

// One change per line, so that it can be read and compared.
export function written(changes) {
  return changes.length ? `[\n${changes.map((change) => JSON.stringify(change)).join(",\n")}\n]` : "[]";
}

// A smooth curve through values (x, y) at knots: monotone cubic, flat at its ends.
export function curve(knots, values, at) {
  const step = knots.slice(1).map((knot, i) => knot - knots[i]);
  const row = between(knots.findLastIndex((knot) => knot <= at), 0, step.length - 1);
  const u = between((at - knots[row]) / step[row], 0, 1);
  return [0, 1].map((axis) => {
    const rise = step.map((h, i) => (values[i + 1][axis] - values[i][axis]) / h);
    const slope = (i) => {
      const [before, after] = [rise[i - 1], rise[i]];
      if (i === 0 || i === step.length || before * after <= 0) return 0;
      const [near, far] = [step[i - 1] + 2 * step[i], 2 * step[i - 1] + step[i]];
      return (near + far) / (near / before + far / after);
    };
    const rest = 1 - u;
    const ends = values[row][axis] * rest ** 2 * (1 + 2 * u) + values[row + 1][axis] * u ** 2 * (1 + 2 * rest);
    return ends + step[row] * u * rest * (slope(row) * rest - slope(row + 1) * u);
  });
}

// Runs of keys between which no frame is left alone.
export function chains(keys) {
  const runs = [];
  for (const key of keys) {
    const last = runs.at(-1)?.at(-1);
    if (last && key.frame - last.frame <= last.blend + key.blend + 1) runs.at(-1).push(key);
    else runs.push([key]);
  }
  return runs;
}

export class PoseModel {
  // payload: ui.dreamdance_pose; points: Float32Array of x, y, score of every frame, person and point.
  constructor(payload, points) {
    Object.assign(this, payload, { points, total: points.length / 3 / payload.count / payload.people });
    this.read([]);
  }

  // Throws where the list is not one of changes that this pose can take.
  read(changes) {
    if (!Array.isArray(changes)) throw new Error("it is not a list");
    this.changes = changes;
    const found = new Map();
    this.removals = [];
    for (const change of changes) {
      const points = this.pointsOf(change.point);
      const person = change.person ?? 0;
      if (change.frame !== undefined) {
        const absolute = "x" in change || "y" in change;
        const value = absolute ? [change.x ?? null, change.y ?? null] : [change.dx ?? 0, change.dy ?? 0];
        const place = `${person} ${points}`;
        if (!found.has(place)) found.set(place, { person, points, keys: new Map() });
        const key = { frame: change.frame, blend: change.blend ?? this.blend, value, absolute };
        found.get(place).keys.set(key.frame, key);
      } else if (change.remove) {
        const frames = change.frames ?? [0, this.count - 1];
        const [first, last] = Array.isArray(frames) ? frames : [frames, frames];
        this.removals.push({ person, points, first, last });
      }
    }
    // Groups before single points, which are then exact at their keys.
    const places = [...found.values()].sort((a, b) => b.points.length - a.points.length);
    for (const place of places) place.keys = [...place.keys.values()].sort((a, b) => a.frame - b.frame);
    this.places = places;
    this.paths = new Map(); // (person, point): its corrected path, made when first asked for
  }

  pointsOf(value) {
    if (Array.isArray(value) && value.length) {
      return [...new Set(value.flatMap((one) => this.pointsOf(one)))].sort((a, b) => a - b);
    }
    if (value in this.groups) return range(...this.groups[value]);
    const point = typeof value === "number" ? value : this.names.indexOf(value);
    if (!(point >= 0 && point < this.total)) throw new Error(`${JSON.stringify(value)} is no point`);
    return [point];
  }

  // The shortest list of names for points: whole groups by their name.
  named(points) {
    let rest = new Set(points);
    const names = [];
    const groups = Object.entries(this.groups).sort(([, a], [, b]) => b[1] - b[0] - (a[1] - a[0]));
    for (const [name, [start, stop]] of groups) {
      const inside = range(start, stop);
      if (!inside.every((point) => rest.has(point))) continue;
      names.push(name);
      rest = new Set([...rest].filter((point) => point < start || point >= stop));
    }
    names.push(...[...rest].map((point) => this.names[point] ?? point));
    return names.length === 1 ? names[0] : names;
  }

  // What a point is called on the screen.
  label(point) {
    if (point < this.names.length) return this.names[point].replaceAll("_", " ");
    const holds = ([key, [a, b]]) => key !== "all" && point >= a && point < b;
    const [name, [start]] = Object.entries(this.groups).find(holds);
    return `${name.replaceAll("_", " ")} ${point - start}`;
  }

  at(frame, person, point) {
    return ((frame * this.people + person) * this.total + point) * 3;
  }

  // Places (x, y) and whether they were seen, over all frames, before this list.
  source(person, point) {
    const rows = Array.from({ length: this.count }, (_, frame) => this.at(frame, person, point));
    const xy = rows.map((at) => [this.points[at], this.points[at + 1]]);
    return { xy, seen: rows.map((at) => this.points[at + 2] > 0) };
  }

  path(person, point) {
    const name = person * this.total + point;
    if (!this.paths.has(name)) {
      const made = this.source(person, point);
      for (const place of this.places) {
        if (place.person === person && place.points.includes(point)) this.correct(made, place.keys);
      }
      made.guess = filled(made.xy, made.seen);
      made.hidden = made.seen.map(() => false);
      for (const { points, first, last, ...removal } of this.removals) {
        if (removal.person === person && points.includes(point)) made.hidden.fill(true, first, last + 1);
      }
      this.paths.set(name, made);
    }
    return this.paths.get(name);
  }

  correct(made, keys) {
    const { xy, seen } = made;
    const placing = keys.filter((key) => key.absolute);
    let base = filled(xy, seen);
    if (!base && placing.length) {
      const [places, there] = [xy.map((value) => [...value]), seen.map(() => false)];
      for (const key of placing) [places[key.frame], there[key.frame]] = [key.value.map((v) => v ?? 0), true];
      base = filled(places, there);
    }
    if (!base) return;
    for (const run of chains(keys)) {
      const offsets = run.map(({ frame, value, absolute }) =>
        value.map((v, axis) => (absolute ? (v === null ? 0 : v - base[frame][axis]) : v)),
      );
      const [first, last] = [run[0].frame - run[0].blend - 1, run.at(-1).frame + run.at(-1).blend + 1];
      const knots = [first, ...run.map((key) => key.frame), last];
      const values = [[0, 0], ...offsets, [0, 0]];
      for (let frame = Math.max(first + 1, 0); frame < Math.min(last, this.count); frame++) {
        const bend = curve(knots, values, frame);
        xy[frame] = base[frame].map((v, axis) => v + bend[axis]);
      }
      const sure = run.filter((key) => key.absolute);
      if (sure.length) seen.fill(true, sure[0].frame, sure.at(-1).frame + 1);
    }
  }

  // Where a point stands at a frame: { xy, seen, hidden }; xy of a lost point is a guess from its neighbours, or null.
  where(frame, person, point) {
    const path = this.path(person, point);
    const xy = path.seen[frame] ? path.xy[frame] : (path.guess?.[frame] ?? null);
    return { xy, seen: path.seen[frame] && !path.hidden[frame], hidden: path.hidden[frame] };
  }

  isKey(frame, person, point) {
    const here = ({ keys }) => keys.some((key) => key.frame === frame);
    return this.places.some((place) => place.person === person && place.points.includes(point) && here(place));
  }

  // The key frames of the whole list, in order.
  keyFrames() {
    return [...new Set(this.places.flatMap((place) => place.keys.map((key) => key.frame)))].sort((a, b) => a - b);
  }

  entry(point, person, rest) {
    return { point, ...(person ? { person } : {}), ...rest };
  }

  // Each of the following gives a new list.

  // One point placed at px of the picture; it shows there, even if it was lost or hidden.
  withPoint(frame, person, point, [x, y], blend) {
    const [name] = [this.named([point])].flat();
    const same = (c) => c.frame === frame && (c.person ?? 0) === person && `${this.pointsOf(c.point)}` === `${point}`;
    const rest = this.withShown(frame, person, point).filter((change) => !same(change));
    return [...rest, this.entry(name, person, { frame, x: round(x), y: round(y), blend })];
  }

  // Several points moved by (dx, dy); keys of single ones among them at this frame move along.
  withGroup(frame, person, points, [dx, dy], blend) {
    const set = `${[...points].sort((a, b) => a - b)}`;
    let [added, rest] = [[dx, dy], []];
    for (const change of this.changes) {
      const here = change.frame === frame && (change.person ?? 0) === person ? this.pointsOf(change.point) : [];
      if (`${here}` === set && !("x" in change || "y" in change)) {
        added = [added[0] + (change.dx ?? 0), added[1] + (change.dy ?? 0)];
      } else if (here.length === 1 && points.includes(here[0]) && ("x" in change || "y" in change)) {
        const moved = { ...change };
        if ("x" in change) moved.x = round(change.x + dx);
        if ("y" in change) moved.y = round(change.y + dy);
        rest.push(moved);
      } else rest.push(change);
    }
    const key = { frame, dx: round(added[0]), dy: round(added[1]), blend };
    return [...rest, this.entry(this.named(points), person, key)];
  }

  withBlend(frame, person, point, blend) {
    const same = (c) => c.frame === frame && (c.person ?? 0) === person && this.pointsOf(c.point).includes(point);
    return this.changes.map((change) => (same(change) ? { ...change, blend } : change));
  }

  withHidden(frame, person, points, everywhere) {
    const span = everywhere ? {} : { frames: frame };
    return [...this.changes, this.entry(this.named(points), person, { ...span, remove: true })];
  }

  // Without what hides the point at this frame; hidden stretches are split around it.
  withShown(frame, person, point) {
    return this.changes.flatMap((change) => {
      if (!change.remove || (change.person ?? 0) !== person) return [change];
      const points = this.pointsOf(change.point);
      const frames = change.frames ?? [0, this.count - 1];
      const [first, last] = Array.isArray(frames) ? frames : [frames, frames];
      if (!points.includes(point) || frame < first || frame > last) return [change];
      const others = points.filter((other) => other !== point);
      const parts = others.length ? [{ ...change, point: this.named(others) }] : [];
      for (const [a, b] of [[first, frame - 1], [frame + 1, last]]) {
        if (a <= b) parts.push(this.entry(this.named([point]), person, { frames: a === b ? a : [a, b], remove: true }));
      }
      return parts;
    });
  }

  // Without the corrections of one point at a frame.
  withoutPoint(frame, person, point) {
    return this.withShown(frame, person, point).flatMap((change) => {
      if (change.frame !== frame || (change.person ?? 0) !== person) return [change];
      const points = this.pointsOf(change.point);
      if (!points.includes(point)) return [change];
      const others = points.filter((other) => other !== point);
      return others.length ? [{ ...change, point: this.named(others) }] : [];
    });
  }

  // Without all corrections at a frame.
  withoutFrame(frame) {
    return this.changes.filter((change) => change.frame !== frame && !(change.remove && change.frames === frame));
  }
}

// Places at every frame, lost ones between their neighbours; null where nothing was ever seen.
function filled(xy, seen) {
  const known = seen.flatMap((there, frame) => (there ? [frame] : []));
  if (!known.length) return null;
  let next = 0;
  return xy.map((value, frame) => {
    if (seen[frame]) return value;
    while (next < known.length && known[next] < frame) next++;
    const [a, b] = [known[next - 1] ?? known[next], known[next] ?? known[next - 1]];
    const share = a === b ? 0 : (frame - a) / (b - a);
    return value.map((_, axis) => xy[a][axis] * (1 - share) + xy[b][axis] * share);
  });
}

// The point and everything that hangs on it: what moves when a limb is moved.
export function limbOf(model, point) {
  const group = (name) => point >= model.groups[name][0] && point < model.groups[name][1];
  const of = (name) => model.names.indexOf(name);
  for (const name of ["left_hand", "right_hand"]) if (group(name)) return model.pointsOf(name);
  const head = [...["nose", "left_eye", "right_eye", "left_ear", "right_ear"].map(of), ...model.pointsOf("face")];
  if (group("face") || head.includes(point)) return head;
  for (const side of ["left", "right"]) {
    const foot = ["big_toe", "small_toe", "heel"].map((name) => of(`${side}_${name}`));
    const arm = ["shoulder", "elbow", "wrist"].map((name) => of(`${side}_${name}`));
    const leg = ["hip", "knee", "ankle"].map((name) => of(`${side}_${name}`));
    if (foot.includes(point)) return foot;
    if (arm.includes(point)) return [...arm.slice(arm.indexOf(point)), ...model.pointsOf(`${side}_hand`)];
    if (leg.includes(point)) return [...leg.slice(leg.indexOf(point)), ...foot];
  }
  return [point];
}
