// The worklist: what came in, the most urgent first, and what it was called.

import { ask, BASE, FINAL, type Session, type Study, type Worklist } from "./api";
import { fill, h, renew, say } from "./dom";
import { problem } from "./problem";
import { dropZone } from "./upload";
import { capital, moment, percent, span } from "./words";

const EVERY_MS = 3000;
const PER_PAGE = 25;
const SUBTYPES = ["epidural", "intraparenchymal", "intraventricular", "subarachnoid", "subdural"];
const COLUMNS: [string, string][] = [
  ["Study", ""],
  ["Answer", ""],
  ["Probability", "number"],
  ["Subtype", ""],
  ["Received", ""],
  ["Waiting", "number"],
  ["Verdict", ""],
];
const FILTERS: [string, string, [string, string][]][] = [
  ["sort", "Order", [["priority", "Priority"], ["newest", "Newest"], ["oldest", "Oldest"], ["probability", "Probability"]]],
  ["state", "State", [["", "Any"], ["queued", "Queued"], ["scoring", "Scoring"], ["scored", "Scored"], ["refused", "Refused"], ["failed", "Failed"]]],
  ["decision", "Decision", [["", "Any"], ["positive", "Positive"], ["uncertain", "Uncertain"], ["negative", "Negative"]]],
  ["subtype", "Subtype", [["", "Any"], ...SUBTYPES.map((name): [string, string] => [name, capital(name)])]],
  ["is_read", "Read", [["", "Any"], ["false", "Not yet"], ["true", "Read"]]],
];

/** Show the worklist. Returns what ends it. */
export function showWorklist(room: HTMLElement, session: Session): () => void {
  document.title = "Worklist · Hemoscope";
  const chosen = new Map<string, string>([["sort", "priority"]]);
  let page = 1;
  let timer = 0;
  let isEnded = false;
  let asked = 0;
  const body = h("tbody", {});
  const turn = (name: string, way: number) =>
    h("button", { type: "button", onclick: () => { page += way; void refresh(); } }, name);
  const [back, at, on] = [turn("Back", -1), h("span", {}), turn("On", 1)];
  const pages = h("nav", { class: "pages", "aria-label": "Pages" }, back, at, on);
  const said = h("p", { role: "status", class: "quiet" });
  const refresh = async () => {
    clearTimeout(timer);
    const own = ++asked;
    try {
      const query = new URLSearchParams({ page: String(page), per_page: String(PER_PAGE) });
      for (const [name, value] of chosen) if (value) query.set(name, value);
      const found = await ask<Worklist>(`/studies?${query}`);
      if (isEnded || own !== asked) return;
      renew(body, found.studies.map(row));
      say(said, found.total ? `${found.total} ${found.total === 1 ? "study" : "studies"}` : isNarrowed() ? "No study is like that." : "No study here yet.");
      const last = Math.max(1, Math.ceil(found.total / found.per_page));
      say(at, `${page} / ${last}`);
      [back.disabled, on.disabled] = [page === 1, page === last];
      pages.hidden = last === 1;
    } catch (error) {
      if (own === asked) fill(said, problem(error));
    }
    if (!isEnded && own === asked) timer = window.setTimeout(refresh, EVERY_MS);
  };
  const isNarrowed = () => [...chosen].some(([name, value]) => value && name !== "sort");
  const choose = (name: string, value: string) => {
    chosen.set(name, value);
    page = 1;
    void refresh();
  };
  const search = h("input", { type: "search", id: "q", placeholder: "Part of the name", oninput: () => choose("q", search.value) });
  fill(
    room,
    h("h1", {}, "Worklist"),
    session.roles.includes("submit") || !session.needs_token ? dropZone(() => void refresh()) : null,
    h(
      "form",
      { class: "filters", "aria-label": "Filters", onsubmit: (event: Event) => event.preventDefault() },
      h("label", { for: "q" }, "Find", search),
      ...FILTERS.map(([name, label, options]) => select(name, label, options, choose)),
      day("received_from", "From", 0, choose),
      day("received_until", "To", 1, choose),
      h("a", { href: `${BASE}/verdicts.csv`, download: "verdicts.csv", id: "export" }, "Verdicts as CSV"),
    ),
    said,
    h(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "Studies" },
      h(
        "table",
        { class: "worklist" },
        h("thead", {}, h("tr", {}, ...COLUMNS.map(([name, kind]) => h("th", { scope: "col", class: kind }, name)))),
        body,
      ),
    ),
    pages,
  );
  void refresh();
  return () => {
    isEnded = true;
    clearTimeout(timer);
  };
}

function select(name: string, label: string, options: [string, string][], choose: (name: string, value: string) => void): HTMLElement {
  const field = h(
    "select",
    { id: name, onchange: () => choose(name, field.value) },
    ...options.map(([value, text]) => h("option", { value }, text)),
  );
  return h("label", { for: name }, label, field);
}

/** A day to filter by: the moment at which it begins here, or, with a day more, ends. */
function day(name: string, label: string, more: number, choose: (name: string, value: string) => void): HTMLElement {
  const field = h("input", {
    type: "date",
    id: name,
    onchange: () => {
      const [year, month, date] = field.value.split("-").map(Number);
      choose(name, field.value ? new Date(year!, month! - 1, date! + more).toISOString() : "");
    },
  });
  return h("label", { for: name }, label, field);
}

function row(study: Study): HTMLElement {
  const isFinal = FINAL.has(study.state);
  const answer = study.decision ?? study.state;
  return h(
    "tr",
    { class: answer, "data-id": study.id },
    h("th", { scope: "row" }, h("a", { href: `#/study/${study.id}` }, study.name)),
    h(
      "td",
      {},
      isFinal ? h("span", { class: `tag ${answer}` }, capital(answer)) : h("progress", { max: 1, value: study.progress, "aria-label": capital(study.state) }),
    ),
    h("td", { class: "number" }, percent(study.probability)),
    h("td", {}, study.strongest_subtype ? capital(study.strongest_subtype) : "–"),
    h("td", {}, moment(study.received_at)),
    h("td", { class: "number" }, span(study.waiting_s)),
    h("td", {}, study.verdict ? capital(study.verdict) : "–"),
  );
}
