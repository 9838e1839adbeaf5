// The score along the head: one bar per slice, from feet to head; a click or the arrow keys jump.

import type { Geometry } from "./api";
import { fill, h, s } from "./dom";
import { percent } from "./words";

export interface Strip {
  element: HTMLElement;
  mark(slice: number): void;
}

const [WIDE, HIGH] = [600, 60];

/** Draw the strip of a study. */
export function strip(geometry: Geometry, jump: (slice: number) => void): Strip {
  const { slices, threshold } = geometry;
  const wide = WIDE / slices.length;
  const here = s("rect", { class: "here", y: 0, width: Math.max(wide, 2), height: HIGH });
  const drawing = s("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", "aria-hidden": "true" }, here);
  slices.forEach(({ probability, key_rank }, slice) => {
    const high = (probability ?? 0) * (HIGH - 4) + 2;
    const isOver = threshold !== null && probability !== null && probability >= threshold;
    drawing.append(
      s(
        "rect",
        {
          class: probability === null ? "unscored" : isOver ? "over" : "under",
          x: slice * wide,
          y: HIGH - high,
          width: Math.max(0.5, wide * 0.85),
          height: high,
        },
        s("title", {}, `Slice ${slice + 1}: ${percent(probability)}${key_rank ? `, key slice ${key_rank}` : ""}`),
      ),
    );
  });
  if (threshold !== null) {
    const high = HIGH - threshold * (HIGH - 4) - 2;
    drawing.append(s("line", { class: "threshold", x1: 0, x2: WIDE, y1: high, y2: high }));
  }
  const slider = h("input", {
    type: "range",
    min: 0,
    max: slices.length - 1,
    "aria-label": "Slice",
    oninput: () => jump(Number(slider.value)),
  });
  const keys = slices
    .map(({ key_rank: rank, probability }, slice) => ({ rank, probability, slice }))
    .filter(({ rank }) => rank !== null)
    .sort((one, other) => (one.rank ?? 0) - (other.rank ?? 0));
  const jumps = h("div", { class: "jumps", role: "group", "aria-label": "Key slices" });
  fill(
    jumps,
    h("span", { class: "quiet" }, keys.length ? "Key slices" : "No key slices"),
    ...keys.map(({ slice, probability }) =>
      h(
        "button",
        { type: "button", "data-slice": slice, onclick: () => jump(slice) },
        `${slice + 1} `,
        h("small", {}, percent(probability)),
      ),
    ),
  );
  drawing.addEventListener("click", (event) => {
    const box = drawing.getBoundingClientRect();
    jump(Math.floor(((event as MouseEvent).clientX - box.left) / (box.width / slices.length)));
  });
  return {
    element: h("section", { class: "strip", "aria-label": "Score along the head" }, drawing, slider, jumps),
    mark(slice) {
      here.setAttribute("x", String(slice * wide));
      slider.value = String(slice);
      slider.setAttribute("aria-valuetext", `${slice + 1} of ${slices.length}, ${percent(slices[slice].probability)}`);
      for (const button of jumps.querySelectorAll("button")) {
        button.toggleAttribute("data-here", button.dataset.slice === String(slice));
      }
    },
  };
}
