// Panels below DreamDance nodes for what their runs send: ui.dreamdance_path, ui.dreamdance_scene, ui.dreamdance_pose.
// Nothing but this file loads at start; a panel's module comes with its first result.

import { app } from "../../scripts/app.js";

const PREFIX = "DreamDance";
const PICTURE_MS = 500; // the last progress picture may be decoded after the result has come
const PANELS = {
  dreamdance_path: { height: 150, most: 150, load: async () => (await import("./path.mjs")).PathPanel },
  dreamdance_scene: { height: 330, width: 380, pictures: true, load: async () => (await import("./scene.mjs")).ScenePanel },
  dreamdance_pose: { height: 420, width: 460, load: async () => (await import("./pose.mjs")).PosePanel },
}; // sizes in px; without `most` the panel grows with its node

function attach(node, name, panel) {
  const { height, most, width = 0 } = PANELS[name];
  const widget = node.addDOMWidget(name, name.toUpperCase(), panel.root, {
    serialize: false, // not in the prompt: looking at a result must not change the node's cache key
    getMinHeight: () => height,
    getMaxHeight: () => most,
  });
  widget.serialize = false; // not in widgets_values: they are positional
  const removed = node.onRemoved;
  node.onRemoved = function () {
    panel.dispose();
    removed?.apply(this, arguments);
  };
  node.setSize([Math.max(node.size[0], width), Math.max(node.size[1], node.computeSize()[1])]);
}

const complain = (node, error) => console.error(`DreamDance: the result of node ${node.id} cannot be shown:`, error);

// A node's new panel; null if it cannot be made or the node was removed in the meantime: the next result tries again.
async function addPanel(node, name) {
  let panel = null;
  try {
    const Panel = await PANELS[name].load();
    if (node.graph?.getNodeById(node.id) === node) {
      panel = new Panel(node);
      attach(node, name, panel);
    }
  } catch (error) {
    panel?.dispose();
    panel = null;
    complain(node, error);
  }
  if (panel) node.dreamdancePanels[name] = panel;
  else delete node.dreamdancePanels[name];
  return panel;
}

// The host leaves a run's last progress picture on its node; a panel with the run's own pictures replaces it.
function dropProgressPicture(node) {
  node.imgs = null;
  const picture = node.widgets.find((widget) => widget.name === "$$canvas-image-preview");
  if (picture) node.removeWidget(picture);
}

async function show(node, output) {
  for (const name of Object.keys(PANELS)) {
    const payload = output?.[name]?.[0];
    if (!payload) continue;
    node.dreamdancePanels ??= {};
    node.dreamdancePanels[name] ??= addPanel(node, name); // a promise until the panel is there
    const panel = await node.dreamdancePanels[name];
    if (!panel) continue;
    try {
      panel.show(payload);
    } catch (error) {
      complain(node, error);
    }
    if (PANELS[name].pictures) setTimeout(() => dropProgressPicture(node), PICTURE_MS);
  }
}

const isOurs = (node) => node?.comfyClass?.startsWith(PREFIX);

// A node by its locator: its id, after its subgraph's where it is inside one.
function nodeAt(locator) {
  const [id, subgraph] = locator.split(":").reverse();
  const graph = subgraph ? app.rootGraph.subgraphs.get(subgraph) : app.rootGraph;
  return graph?.getNodeById(id);
}

app.registerExtension({
  name: "dreamdance.panels",
  nodeCreated(node) {
    if (!isOurs(node)) return;
    const executed = node.onExecuted;
    node.onExecuted = function (output) {
      executed?.apply(this, arguments);
      show(this, output);
    };
  },
  // Results that come back with a workflow's tab, without a run.
  onNodeOutputsUpdated(outputs) {
    for (const [locator, output] of Object.entries(outputs)) {
      const node = nodeAt(locator);
      if (isOurs(node)) show(node, output);
    }
  },
});
