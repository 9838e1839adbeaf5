// How the service does: throughput, latency, refusals, drift of the scores, agreement with readers.

import { ask, type Monitoring } from "./api";
import { bars } from "./charts";
import { fill, h } from "./dom";
import { problem } from "./problem";
import { capital, percent, span } from "./words";

const EVERY_MS = 10000;

/** Show it, anew every few seconds. Returns what ends it. */
export function showMonitoring(room: HTMLElement): () => void {
  document.title = "Monitoring · Hemoscope";
  const days = h("select", { id: "days", onchange: () => void refresh() }, ...[7, 30, 90, 365].map((count) => h("option", { value: count, selected: count === 30 }, `${count} days`)));
  const found = h("div", { class: "charts" });
  const said = h("p", { role: "status" });
  fill(room, h("h1", {}, "Monitoring"), h("form", { class: "filters", onsubmit: (event: Event) => event.preventDefault() }, h("label", { for: "days" }, "Last", days)), said, found);
  const refresh = async () => {
    try {
      draw(found, await ask<Monitoring>(`/monitoring?days=${days.value}`));
      fill(said);
    } catch (error) {
      fill(said, problem(error));
    }
  };
  void refresh();
  const timer = window.setInterval(() => {
    if (!found.querySelector("details[open]") && !found.contains(document.activeElement)) void refresh();
  }, EVERY_MS);
  return () => clearInterval(timer);
}

const count = (value: number) => String(value);
const day = (iso: string) => new Date(iso).toLocaleDateString(undefined, { month: "short", day: "numeric" });
const seconds = (value: number | null) => (value === null ? "–" : span(value));

function draw(room: HTMLElement, told: Monitoring): void {
  const { drift, latency } = told;
  const bins = drift.expected.map((_, place) => `${percent(drift.edges[place])} to ${percent(drift.edges[place + 1])}`);
  fill(
    room,
    h(
      "section",
      { class: "numbers card", "aria-label": "At a glance" },
      number("Waiting", count(told.waiting)),
      ...told.states.map(({ name, count: many }) => number(capital(name), count(many))),
      number("Median latency", seconds(latency.median_s)),
      number("95 of 100 within", seconds(latency.p95_s)),
      number("Slowest", seconds(latency.slowest_s)),
    ),
    bars("Studies finished", told.throughput.map(({ start }) => day(start)), [{ name: "Finished", kind: "one", values: told.throughput.map(({ finished }) => finished) }], count),
    bars("Refusals by reason", told.refusals.map(({ name }) => name), [{ name: "Refused", kind: "two", values: told.refusals.map(({ count: many }) => many) }], count),
    h(
      "section",
      { class: "card" },
      bars("Scores of the last studies against the first", bins, [
        { name: "Reference", kind: "other", values: drift.expected },
        { name: "Last", kind: "one", values: drift.observed },
      ], percent),
      h(
        "p",
        { class: drift.reading === "shifted" ? "warning" : "quiet" },
        drift.psi === null
          ? `${capital(drift.reading)}: ${drift.reference_studies} and ${drift.recent_studies} of the ${drift.needed} that a figure needs.`
          : `Population stability index ${drift.psi.toFixed(2)}: ${drift.reading}. Chance alone stays below ${drift.by_chance?.toFixed(2) ?? "–"} in 95 of 100 cases.`,
      ),
    ),
    bars("Agreement with readers", told.agreement.map(({ start }) => day(start)), [
      { name: "Agree", kind: "one", values: told.agreement.map(({ agree }) => agree) },
      { name: "Disagree", kind: "two", values: told.agreement.map(({ disagree }) => disagree) },
    ], count),
  );
}

function number(name: string, value: string): HTMLElement {
  return h("div", {}, h("b", {}, value), h("span", {}, name));
}
