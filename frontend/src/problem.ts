// An error as the page shows it: what, and what to do about it.

import { Refused } from "./api";
import { h } from "./dom";

export function problem(error: unknown): HTMLElement {
  if (error instanceof Refused) {
    return h("span", { class: "problem", role: "alert" }, error.message, " ", error.nextStep, " ", h("code", {}, error.code));
  }
  const text = error instanceof Error ? error.message : String(error);
  return h("span", { class: "problem", role: "alert" }, `The page failed: ${text}`);
}
