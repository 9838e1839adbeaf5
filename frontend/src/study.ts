// One study: while it is scored its progress; then the viewer, the answer, and the reader's verdict.

import { type Answer, ask, BASE, FINAL, type Geometry, type SliceInfo, type Study } from "./api";
import { fill, h } from "./dom";
import { listen } from "./keys";
import { problem } from "./problem";
import { type Strip, strip } from "./strip";
import { verdicts } from "./verdict";
import { geometryPath, picture, Viewer } from "./viewer";
import { capital, labelled, percent } from "./words";

/** Show a study. Returns what ends it. */
export function showStudy(room: HTMLElement, id: string, answer: number): () => void {
  const ends: (() => void)[] = [];
  const enter = (study: Study) => {
    document.title = `${study.name} · Hemoscope`;
    if (FINAL.has(study.state)) show(room, study, answer, ends).catch((error) => fill(room, problem(error)));
    else wait(room, study);
  };
  ask<Study>(`/studies/${id}`)
    .then((study) => {
      enter(study);
      if (!FINAL.has(study.state)) ends.push(follow(id, enter));
    })
    .catch((error) => fill(room, problem(error)));
  return () => {
    for (const end of ends) end();
  };
}

/** Follow a study until it is final. Returns what stops it. */
export function follow(id: string, tell: (study: Study) => void): () => void {
  const events = new EventSource(`${BASE}/studies/${id}/events`);
  events.addEventListener("study", (event) => {
    const study = JSON.parse((event as MessageEvent).data) as Study;
    if (FINAL.has(study.state)) events.close();
    tell(study);
  });
  return () => events.close();
}

function wait(room: HTMLElement, study: Study): void {
  const label = study.state === "queued" ? "Waiting for its turn" : `Scoring, ${percent(study.progress)}`;
  fill(
    room,
    h("h1", {}, study.name),
    h("p", { role: "status" }, label),
    h("progress", { max: 1, value: study.progress, "aria-label": "Progress" }),
  );
}

async function show(room: HTMLElement, study: Study, number: number, ends: (() => void)[]): Promise<void> {
  const answer = study.answers[number];
  const stage = h("div", { class: "stage" });
  const side = h(
    "aside",
    { class: "side" },
    answer ? summary(study, answer, number) : h("p", { class: "problem" }, study.error?.message ?? "No answer."),
    answer?.decision ? verdicts(study) : null,
  );
  fill(room, heading(study, number), h("div", { class: "study" }, stage, side));
  if (!answer?.slices) {
    fill(stage, h("p", { class: "quiet pad" }, "There are no slices to show."));
    return;
  }
  if (!study.has_pixels) {
    fill(stage, h("p", { class: "quiet pad" }, "The pixels were removed after their time; the answer stays."));
    return;
  }
  const geometry = await ask<Geometry>(geometryPath(study.id, number));
  await look(stage, study, geometry, number, ends);
}

function heading(study: Study, number: number): HTMLElement {
  const others = study.answers.map((_, place) =>
    h("a", { href: `#/study/${study.id}/${place}`, "aria-current": place === number ? "page" : false }, `${place + 1}`),
  );
  return h(
    "header",
    { class: "heading" },
    h("a", { href: "#/", class: "back" }, "← Worklist"),
    h("h1", {}, study.name),
    others.length > 1 ? h("nav", { class: "answers", "aria-label": "Studies of this upload" }, ...others) : null,
  );
}

function summary(study: Study, answer: Answer, number: number): HTMLElement {
  const query = number ? `?answer=${number}` : "";
  const subtypes = Object.entries(answer.subtypes ?? {}).filter(([label]) => label !== "any");
  const volumes = answer.volumes_ml ?? {};
  return h(
    "section",
    { class: "card", "aria-label": "Answer" },
    h("p", { class: `decision ${answer.decision ?? "none"}` }, capital(answer.decision ?? answer.status)),
    answer.probability === null ? null : h("p", { class: "probability" }, percent(answer.probability), h("small", {}, " hemorrhage")),
    answer.error ? h("p", { class: "problem" }, `${answer.error.message ?? ""} ${answer.error.next_step ?? ""}`) : null,
    subtypes.length
      ? h(
          "table",
          { class: "subtypes" },
          h("thead", {}, h("tr", {}, h("th", {}, "Subtype"), h("th", {}, "Probability"), h("th", {}, "Volume"))),
          h(
            "tbody",
            {},
            ...subtypes.map(([label, value]) =>
              h(
                "tr",
                {},
                h("th", { scope: "row" }, capital(label)),
                h("td", {}, percent(value)),
                h("td", {}, volumes[label] === undefined ? "–" : `${volumes[label].toFixed(1)} mL`),
              ),
            ),
          ),
        )
      : null,
    ...answer.warnings.map(({ message }) => h("p", { class: "warning" }, message ?? "")),
    h(
      "p",
      { class: "links" },
      h("a", { href: `${BASE}/studies/${study.id}/result` }, "Result (JSON)"),
      answer.slices ? h("a", { href: `${BASE}/studies/${study.id}/page.html${query}` }, "Page to keep") : null,
      answer.has_objects ? h("a", { href: `${BASE}/studies/${study.id}/dicom.zip${query}` }, "DICOM (zip)") : null,
    ),
  );
}

async function look(stage: HTMLElement, study: Study, geometry: Geometry, number: number, ends: (() => void)[]): Promise<void> {
  const canvas = h("canvas", { tabindex: 0, role: "img", "aria-label": "Slice" });
  const edges = h("div", { class: "edges", "aria-hidden": "true" });
  const caption = h("p", { class: "caption" });
  const spoken = h("p", { class: "unseen", role: "status" });
  fill(stage, h("div", { class: "screen" }, canvas, edges, caption), spoken);
  let viewer: Viewer;
  try {
    viewer = await Viewer.open(canvas, geometry);
  } catch {
    fill(stage, ...pictures(study.id, geometry, number));
    return;
  }
  const scores: Strip = strip(geometry, (slice) => viewer.show(slice));
  viewer.onSlice = (slice) => {
    const one = geometry.slices[slice];
    fill(edges, ...Object.entries(one.edges ?? {}).map(([edge, letter]) => h("b", { class: edge }, letter)));
    fill(caption, ...captionOf(geometry, slice, one));
    canvas.setAttribute("aria-label", `Slice ${slice + 1} of ${geometry.count}, ${percent(one.probability)} hemorrhage`);
    fill(spoken, `Slice ${slice + 1}, ${percent(one.probability)}`);
    scores.mark(slice);
  };
  const turn = (event: WheelEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if (event.ctrlKey) viewer.zoom(event.deltaY < 0 ? 1 : -1);
    else viewer.show(viewer.shown + (event.deltaY < 0 ? 1 : -1));
  };
  stage.firstElementChild?.addEventListener("wheel", turn as EventListener, { capture: true, passive: false });
  const bar = tools(viewer, geometry);
  stage.append(scores.element, bar.element);
  viewer.onSlice(viewer.shown);
  const first = geometry.slices.findIndex(({ key_rank }) => key_rank === 1);
  if (first >= 0) viewer.show(first);
  const keySlices = geometry.slices.flatMap(({ key_rank }, slice) => (key_rank ? [slice] : []));
  const jump = (way: number) => {
    const next = way > 0 ? keySlices.find((slice) => slice > viewer.shown) : keySlices.findLast((slice) => slice < viewer.shown);
    if (next !== undefined) viewer.show(next);
  };
  const stop = listen({
    ArrowUp: () => viewer.show(viewer.shown + 1),
    ArrowDown: () => viewer.show(viewer.shown - 1),
    PageUp: () => viewer.show(viewer.shown + 5),
    PageDown: () => viewer.show(viewer.shown - 5),
    Home: () => viewer.show(geometry.count - 1),
    End: () => viewer.show(0),
    n: () => jump(1),
    p: () => jump(-1),
    o: () => bar.toggleMap(),
    m: () => bar.toggleMeasure(),
    "+": () => viewer.zoom(1),
    "-": () => viewer.zoom(-1),
    "0": () => viewer.zoom(0),
    ...Object.fromEntries(geometry.windows.slice(0, 9).map((_, place) => [`${place + 1}`, () => bar.choose(place)])),
    a: () => document.getElementById("agree")?.click(),
    d: () => document.getElementById("disagree")?.click(),
  });
  ends.push(stop, () => viewer.close());
}

function captionOf(geometry: Geometry, slice: number, one: SliceInfo): (Node | string)[] {
  const where = one.position_mm === null ? "" : ` · ${one.position_mm.toFixed(1)} mm`;
  const side = one.edges === null ? " · side unknown" : "";
  return [
    h("b", {}, `${slice + 1} / ${geometry.count}`),
    `${where} · ${percent(one.probability)}${one.key_rank ? ` · key slice ${one.key_rank}` : ""}${side}`,
    ...(one.withheld ? [h("span", { class: "warning" }, ` Map withheld: ${one.withheld}`)] : []),
    ...one.notes.map((note) => h("span", { class: "quiet" }, ` ${note}`)),
  ];
}

interface Tools {
  element: HTMLElement;
  toggleMap(): void;
  toggleMeasure(): void;
  choose(place: number): void;
}

function tools(viewer: Viewer, geometry: Geometry): Tools {
  const presets = geometry.windows.map(({ name, level, width }, place) =>
    h("button", { type: "button", "aria-pressed": place === 0, title: `${width} / ${level}`, onclick: () => choose(place) }, name),
  );
  const choose = (place: number) => {
    viewer.window(geometry.windows[place].level, geometry.windows[place].width);
    presets.forEach((button, other) => button.setAttribute("aria-pressed", String(other === place)));
  };
  const opacity = h("input", { id: "opacity", type: "range", min: 0, max: 1, step: 0.05, value: 0.5, oninput: () => setMap(true) });
  const map = h("button", { type: "button", id: "map", "aria-pressed": true, onclick: () => setMap() }, "Map");
  const setMap = (isOn = map.getAttribute("aria-pressed") !== "true") => {
    map.setAttribute("aria-pressed", String(isOn));
    viewer.opacity(isOn ? Number(opacity.value) : 0);
  };
  const measure = h("button", { type: "button", id: "measure", "aria-pressed": false, onclick: () => toggleMeasure() }, "Measure");
  const toggleMeasure = () => {
    const isOn = measure.getAttribute("aria-pressed") !== "true";
    measure.setAttribute("aria-pressed", String(isOn));
    viewer.measure(isOn);
  };
  viewer.measure(false);
  const legend = geometry.map_legend.map(({ label, color }) => {
    const spot = h("i", {});
    spot.style.background = color;
    return h("span", {}, spot, labelled(label));
  });
  return {
    element: h(
      "div",
      { class: "tools", role: "toolbar", "aria-label": "Display" },
      h("span", { class: "group" }, ...presets),
      geometry.maps ? h("span", { class: "group" }, map, h("label", { for: "opacity", class: "unseen" }, "Opacity of the map"), opacity) : null,
      h(
        "span",
        { class: "group" },
        h("button", { type: "button", "aria-label": "Zoom out", onclick: () => viewer.zoom(-1) }, "−"),
        h("button", { type: "button", onclick: () => viewer.zoom(0) }, "Fit"),
        h("button", { type: "button", "aria-label": "Zoom in", onclick: () => viewer.zoom(1) }, "+"),
      ),
      h(
        "span",
        { class: "group" },
        measure,
        h("button", { type: "button", onclick: () => viewer.clear() }, "Clear"),
      ),
      geometry.maps ? h("span", { class: "legend" }, ...legend) : null,
    ),
    toggleMap: () => setMap(),
    toggleMeasure,
    choose,
  };
}

function pictures(id: string, geometry: Geometry, number: number): HTMLElement[] {
  const shown = geometry.slices.flatMap(({ key_rank }, slice) => (key_rank ? [slice] : []));
  return [
    h("p", { class: "warning pad" }, "This browser cannot draw volumes (no WebGL 2): the key slices as pictures."),
    h(
      "div",
      { class: "pictures" },
      ...(shown.length ? shown : [Math.floor(geometry.count / 2)]).map((slice) =>
        h("img", { src: picture(id, slice, number), alt: `Slice ${slice + 1}, ${percent(geometry.slices[slice].probability)} hemorrhage` }),
      ),
    ),
  ];
}
