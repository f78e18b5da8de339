// The drawing of the pose editor: the picture, the skeleton as the node draws it, and handles to take hold of.

const INK = { key: "#ffc24d", chosen: "#ffffff", lost: "rgba(255,255,255,0.55)", handle: "rgba(0,0,0,0.55)" };

function disc(ctx, [x, y], radius) {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
}

const THICK = 9; // px of a link on the screen at most: zoomed in, it would hide what is below

function drawSkeleton(ctx, { links, dots }, points, side) {
  ctx.lineCap = "round";
  for (const [a, b, colour, width] of links) {
    if (!points[a].seen || !points[b].seen) continue;
    ctx.strokeStyle = colour;
    ctx.lineWidth = Math.max(1, Math.min(THICK, width * side));
    ctx.beginPath();
    ctx.moveTo(...points[a].at);
    ctx.lineTo(...points[b].at);
    ctx.stroke();
  }
  for (const [point, colour, width] of dots) {
    if (!points[point].seen) continue;
    ctx.fillStyle = colour;
    disc(ctx, points[point].at, Math.max(1.2, Math.min(THICK, width * side) / 2));
    ctx.fill();
  }
}

// A ring on each body point, and on those of hands and face that are chosen, keys, or lost (dashed).
function drawHandle(ctx, { at, seen }, { body, marked, key }) {
  if (!body && !marked && !key && seen) return; // their dots are handle enough
  disc(ctx, at, marked ? 6 : body ? 4 : 2.5);
  ctx.setLineDash(seen ? [] : [2, 2]);
  ctx.lineWidth = marked || (key && body) ? 2 : 1;
  ctx.strokeStyle = key ? INK.key : marked || seen ? INK.chosen : INK.lost;
  ctx.fillStyle = INK.handle;
  if (seen && body) ctx.fill();
  ctx.stroke();
}

// place: how the picture lies on the canvas (scale, left, top); marked: points to point out.
export function drawPose(ctx, { model, frame, place: { scale, left, top }, picture, marked }) {
  if (picture) ctx.drawImage(picture, left, top, model.width * scale, model.height * scale);
  ctx.strokeStyle = "#444";
  ctx.strokeRect(left, top, model.width * scale, model.height * scale);
  const onCanvas = ([x, y]) => [x * scale + left, y * scale + top];
  for (let person = 0; person < model.people; person++) {
    const points = Array.from({ length: model.total }, (_, point) => {
      const { xy, seen } = model.where(frame, person, point);
      return { seen, at: xy && onCanvas(xy) };
    });
    ctx.globalAlpha = picture ? 0.75 : 1;
    drawSkeleton(ctx, model.skeleton, points, Math.min(model.width, model.height) * scale);
    ctx.globalAlpha = 1;
    points.forEach((one, point) => {
      if (!one.at) return;
      const body = point < model.names.length;
      const chosen = marked.some((mark) => mark?.person === person && mark.point === point);
      drawHandle(ctx, one, { body, marked: chosen, key: model.isKey(frame, person, point) });
    });
  }
  ctx.setLineDash([]);
}

// What a point is, where it lies and how it came there.
export function tagOf(model, frame, { person, point }) {
  const { seen, hidden, xy } = model.where(frame, person, point);
  const who = model.people > 1 ? ` of person ${person + 1}` : "";
  const state = hidden ? "hidden" : seen ? (model.isKey(frame, person, point) ? "key" : "") : "not found";
  const place = xy ? `${xy[0].toFixed(1)}, ${xy[1].toFixed(1)}` : "";
  return [model.label(point) + who, place, state].filter(Boolean).join(" · ");
}
