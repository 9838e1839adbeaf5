// Keys that work wherever the focus is, but in fields that take text or the key itself.

import { h } from "./dom";

const HELP: [string, string][] = [
  ["↑ ↓", "next slice towards head, feet"],
  ["Page up, down", "five slices"],
  ["Home, End", "top, bottom"],
  ["N, P", "next, previous key slice"],
  ["1 … 4", "window presets"],
  ["O", "map on and off"],
  ["+ − 0", "zoom in, out, fit"],
  ["M", "measure by dragging"],
  ["A, D", "agree, disagree"],
  ["right drag", "window and level"],
  ["?", "this list"],
];

/** Call what belongs to a key. Returns what stops it. */
export function listen(actions: Record<string, () => void>): () => void {
  const heard = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    const takesText = target.matches("textarea, select, input:not([type=range]):not([type=checkbox])");
    if (takesText || document.querySelector("dialog[open]") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.matches("input[type=range]") && /^(Arrow|Page|Home|End)/.test(event.key)) return;
    const action = actions[event.key] ?? actions[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    action();
  };
  document.addEventListener("keydown", heard, { capture: true });
  return () => document.removeEventListener("keydown", heard, { capture: true });
}

/** The list of keys, as a dialog. */
export function help(): HTMLDialogElement {
  const dialog = h(
    "dialog",
    { id: "help", "aria-label": "Keys" },
    h("h2", {}, "Keys"),
    h("dl", {}, ...HELP.flatMap(([key, what]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, what)])),
    h("form", { method: "dialog" }, h("button", {}, "Close")),
  );
  return dialog;
}
