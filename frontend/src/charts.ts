// Small charts with the table that they are drawn from.

import { h, s } from "./dom";

const [WIDE, HIGH, WIDEST] = [480, 120, 60];

export interface Series {
  name: string;
  kind: string;
  values: number[];
}

/** Bars, side by side where there are several series; the numbers stand below in a table that opens. */
export function bars(title: string, labels: string[], series: Series[], write: (value: number) => string): HTMLElement {
  const most = Math.max(...series.flatMap(({ values }) => values), 0);
  const step = Math.min(WIDEST, WIDE / Math.max(1, labels.length));
  const wide = (step * 0.8) / series.length;
  const drawing = s("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": title, preserveAspectRatio: "none" });
  series.forEach(({ values, kind, name }, place) => {
    values.forEach((value, index) => {
      const high = most ? (value / most) * (HIGH - 4) : 0;
      drawing.append(
        s(
          "rect",
          { class: kind, x: index * step + step * 0.1 + place * wide, y: HIGH - high, width: wide, height: high },
          s("title", {}, `${labels[index]}, ${name}: ${write(value)}`),
        ),
      );
    });
  });
  return h(
    "figure",
    { class: "chart" },
    h("figcaption", {}, title, ...(series.length > 1 ? series.map(({ name, kind }) => h("span", { class: `key ${kind}` }, name)) : [])),
    labels.length ? drawing : h("p", { class: "quiet" }, "Nothing yet."),
    labels.length
      ? h(
          "details",
          {},
          h("summary", {}, "As a table"),
          h(
            "table",
            {},
            h("thead", {}, h("tr", {}, h("th", {}, ""), ...series.map(({ name }) => h("th", { scope: "col" }, name)))),
            h(
              "tbody",
              {},
              ...labels.map((label, index) =>
                h("tr", {}, h("th", { scope: "row" }, label), ...series.map(({ values }) => h("td", { class: "number" }, write(values[index])))),
              ),
            ),
          ),
        )
      : null,
  );
}
