// What the panels share: elements, style sheets, and where the node's files are.

import { api } from "../../scripts/api.js";

export const urlOf = (file) => api.apiURL(`/view?${new URLSearchParams(file)}`);

export function element(tag, properties = {}, ...children) {
  const { className = "", label, ...rest } = properties;
  const made = Object.assign(document.createElement(tag), rest, { className });
  if (label) made.setAttribute("aria-label", label);
  made.append(...children);
  return made;
}

// Adds a style sheet that lies beside this file, once.
export function addStyle(name) {
  const href = new URL(name, import.meta.url).href;
  if (document.querySelector(`link[href="${href}"]`)) return;
  document.head.append(element("link", { rel: "stylesheet", href }));
}

// The node graph below must not pan, select or show its menu for what is done inside.
export function keepFromGraph(root) {
  for (const name of ["pointerdown", "pointermove", "pointerup", "contextmenu", "dblclick"]) {
    root.addEventListener(name, (event) => event.stopPropagation());
  }
}
