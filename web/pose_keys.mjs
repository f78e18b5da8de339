// The keyboard of the pose editor: frames, undo, hide and reset.

export function pressed(panel, event) {
  event.stopPropagation(); // keys are the node graph's shortcuts too
  if (!panel.model || event.target === panel.blend) return;
  const command = event.ctrlKey || event.metaKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const last = panel.payload.count - 1;
  const to = (frame) => panel.select(Math.max(0, Math.min(last, frame)));
  const far = event.shiftKey ? 10 : 1;
  const undo = () => panel.step(panel.past, panel.future);
  const redo = () => panel.step(panel.future, panel.past);
  const actions = {
    ArrowLeft: () => to(panel.frame - far),
    ArrowRight: () => to(panel.frame + far),
    Home: () => to(0),
    End: () => to(last),
    Delete: () => panel.reset("point"),
    Backspace: () => panel.reset("point"),
    h: () => panel.toggle(event.shiftKey),
    0: () => panel.fit(),
  };
  const commands = { z: () => (event.shiftKey ? redo() : undo()), y: redo };
  const action = command ? commands[key] : actions[key];
  if (!action) return;
  event.preventDefault();
  action();
}
