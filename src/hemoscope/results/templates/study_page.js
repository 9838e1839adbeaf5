/* The study page: which slice, in which window, under which overlay; everything by keys as well as by pointer. */
"use strict";

(() => {
  const by = (id) => document.getElementById(id);
  if (typeof DecompressionStream === "undefined") {
    by("too-old").hidden = false;
    return;
  }
  document.documentElement.classList.add("live");
  const study = JSON.parse(by("study").textContent), slices = study.slices, last = slices.length - 1;
  const keyPlaces = slices.map((one, at) => (one.isKey ? at : -1)).filter((at) => at >= 0);
  const canvas = by("picture"), view = by("view"), context = canvas.getContext("2d");
  const state = {
    at: study.first, level: study.level, width: study.width, isOn: true, opacity: 1, hidden: new Set(),
    zoom: 1, x: 0, y: 0, hasLetters: true,
  };
  const layers = { grey: document.createElement("canvas"), marks: document.createElement("canvas") };
  const unpacked = new Map();
  let isWaiting = false;

  // ---- slices -------------------------------------------------------------------------------------------------------

  function load(at) {
    if (!unpacked.has(at)) {
      const { rows, columns } = slices[at], marks = by(`marks-${at}`).textContent;
      const parts = [unpack(by(`pixels-${at}`).textContent, rows, columns, Uint16Array)];
      if (marks) parts.push(unpack(marks, rows, columns, Uint8Array));
      unpacked.set(at, Promise.all(parts).then(([pixels, found]) => ({ pixels, marks: found || null, rows, columns })));
    }
    return unpacked.get(at);
  }

  async function loadAll() {
    for (let at = 0; at <= last; at++) if (slices[at].rows) await load(at);
    document.documentElement.dataset.ready = "all";
  }

  function go(at) {
    state.at = Math.min(last, Math.max(0, at));
    tell();
    refresh();
  }

  function goToKey(step) {
    const ahead = keyPlaces.filter((at) => (at - state.at) * step > 0);
    if (keyPlaces.length) go(step > 0 ? (ahead[0] ?? keyPlaces[0]) : (ahead.at(-1) ?? keyPlaces.at(-1)));
  }

  // ---- drawing ------------------------------------------------------------------------------------------------------

  function refresh() {
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(async () => {
      isWaiting = false;
      const at = state.at, slice = slices[at].rows ? await load(at) : null;
      if (at === state.at) draw(slice);
    });
  }

  /* The slice as large as it fits, its pixels as wide and high as they are in the patient. */
  function placed(slice) {
    const [high, wide] = slices[state.at].mm || [1, 1], finer = Math.min(high, wide);
    const size = [(slice.columns * wide) / finer, (slice.rows * high) / finer];
    const fits = Math.min(view.clientWidth / size[0], view.clientHeight / size[1]), scale = fits * state.zoom;
    const [w, h] = [size[0] * scale, size[1] * scale];
    const far = [Math.max(0, (w - view.clientWidth) / 2), Math.max(0, (h - view.clientHeight) / 2)];
    state.x = Math.min(far[0], Math.max(-far[0], state.x));
    state.y = Math.min(far[1], Math.max(-far[1], state.y));
    const left = (view.clientWidth - w) / 2 + state.x, top = (view.clientHeight - h) / 2 + state.y;
    return { left, top, w, h, mmPerPixel: slices[state.at].mm ? finer / scale : null };
  }

  function draw(slice) {
    const sharp = window.devicePixelRatio || 1;
    canvas.width = Math.round(view.clientWidth * sharp);
    canvas.height = Math.round(view.clientHeight * sharp);
    if (!slice) return;
    const place = placed(slice);
    context.setTransform(sharp, 0, 0, sharp, 0, 0);
    context.imageSmoothingQuality = "high";
    paint(layers.grey, slice, (image) =>
      paintGrey(slice, greys(state.level - state.width / 2 - study.offset, state.level + state.width / 2 - study.offset, study.highest), image));
    context.drawImage(layers.grey, place.left, place.top, place.w, place.h);
    if (state.isOn && slice.marks) {
      paint(layers.marks, slice, (image) =>
        study.method ? paintHeat(slice, study.heat, study.hottest, state.opacity, image)
          : paintAreas(slice, colors(), study.fill, state.opacity, image));
      context.drawImage(layers.marks, place.left, place.top, place.w, place.h);
    }
    drawRuler(place.mmPerPixel);
  }

  function paint(layer, slice, fill) {
    layer.width = slice.columns;
    layer.height = slice.rows;
    const own = layer.getContext("2d"), image = own.createImageData(slice.columns, slice.rows);
    fill(image);
    own.putImageData(image, 0, 0);
  }

  const colors = () => study.colors.map((color, number) => (state.hidden.has(number) ? null : color));

  function drawRuler(mmPerPixel) {
    by("ruler").hidden = mmPerPixel === null;
    if (mmPerPixel === null) return;
    const fitting = [5, 2, 1, 0.5].find((cm) => (10 * cm) / mmPerPixel <= view.clientWidth / 3) ?? 0.5;
    by("ruler").children[0].textContent = fitting < 1 ? "5 mm" : `${fitting} cm`;
    by("ruler").children[1].style.width = `${(10 * fitting) / mmPerPixel}px`;
  }

  // ---- words --------------------------------------------------------------------------------------------------------

  function tell() {
    const one = slices[state.at];
    for (const part of ["figure", "verdict", "place", "joined", "name", "notes", "mark"]) by(`told-${part}`).textContent = one[part];
    by("told").className = one.kind;
    by("above-place").textContent = one.place || one.name;
    by("above-figure").textContent = `${one.mark} ${one.figure || one.kind}`;
    canvas.setAttribute("aria-label", one.words);
    for (const edge of ["left", "top", "right", "bottom"]) by(`edge-${edge}`).textContent = one.edges ? one.edges[edge] : "";
    by("side").textContent = one.edges || !one.rows ? "" : "side unknown";
    by("withheld").textContent = one.withheld;
    by("readout").textContent = "";
    const slider = by("slider");
    if (!slider) return;
    slider.value = state.at + 1;
    slider.setAttribute("aria-valuetext", one.words);
    by("strip").querySelectorAll("g").forEach((bar, at) => bar.classList.toggle("now", at === state.at));
    document.querySelectorAll("#key-list button").forEach((button) =>
      button.toggleAttribute("aria-current", Number(button.dataset.slice) === state.at));
  }

  function tellWindow() {
    by("level").value = Math.round(state.level);
    by("width").value = Math.round(state.width);
    document.querySelectorAll("[data-preset]").forEach((button) => {
      const preset = study.presets[button.dataset.preset];
      button.setAttribute("aria-pressed", String(preset.level === state.level && preset.width === state.width));
    });
  }

  async function readOut(event) {
    const slice = slices[state.at].rows ? await load(state.at) : null;
    if (!slice) return;
    const place = placed(slice), box = canvas.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left - place.left) / place.w) * slice.columns);
    const row = Math.floor(((event.clientY - box.top - place.top) / place.h) * slice.rows);
    const isInside = row >= 0 && row < slice.rows && column >= 0 && column < slice.columns;
    const value = isInside ? slice.pixels[row * slice.columns + column] + study.offset : null;
    by("readout").textContent = isInside ? `${value}${study.unit} at row ${row + 1}, column ${column + 1}` : "";
  }

  // ---- what can be changed ------------------------------------------------------------------------------------------

  function setWindow(level, width) {
    state.level = level;
    state.width = Math.max(1, width);
    tellWindow();
    refresh();
  }

  function setOverlay(isOn) {
    if (!by("overlay")) return;
    state.isOn = by("overlay").checked = isOn;
    refresh();
  }

  function setZoom(zoom, x = state.x, y = state.y) {
    const next = Math.min(8, Math.max(1, zoom)), grown = next / state.zoom;
    Object.assign(state, { zoom: next, x: x * grown, y: y * grown });
    by("zoom-told").textContent = next === 1 ? "" : `${next.toFixed(1)}×`;
    refresh();
  }

  function move(x, y) {
    state.x += x;
    state.y += y;
    refresh();
  }

  function setTheme(isDark) {
    document.documentElement.style.colorScheme = isDark ? "dark" : "light";
    by("theme").setAttribute("aria-pressed", String(isDark));
  }

  const isDark = () => by("theme").getAttribute("aria-pressed") === "true";
  const setPreset = (number) => study.presets[number] && setWindow(study.presets[number].level, study.presets[number].width);

  // ---- keys ---------------------------------------------------------------------------------------------------------

  const letters = {
    n: () => goToKey(1), p: () => goToKey(-1), o: () => setOverlay(!state.isOn), t: () => setTheme(!isDark()),
    "+": () => setZoom(state.zoom * 1.25), "=": () => setZoom(state.zoom * 1.25), "-": () => setZoom(state.zoom / 1.25),
    0: () => setZoom(1, 0, 0), 1: () => setPreset(0), 2: () => setPreset(1), 3: () => setPreset(2), 4: () => setPreset(3),
    "?": () => by("help").showModal(),
  };
  const jumps = {
    ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 5, PageDown: -5, Home: -Infinity, End: Infinity,
  };
  const ways = { ArrowUp: [0, 40], ArrowDown: [0, -40], ArrowLeft: [40, 0], ArrowRight: [-40, 0] };

  document.addEventListener("keydown", (event) => {
    const target = event.target, isTyping = target.type === "number", isRange = target.type === "range" && target.id !== "slider";
    if (event.ctrlKey || event.metaKey || event.altKey || by("help").open || isTyping) return;
    let done = null;
    if (event.shiftKey && ways[event.key]) done = () => move(...ways[event.key]);
    else if (event.key in jumps && !isRange && target !== by("panel")) done = () => go(state.at + jumps[event.key]);
    else if (state.hasLetters) done = letters[event.key.toLowerCase()];
    if (!done) return;
    event.preventDefault();
    done();
  });

  // ---- pointers -----------------------------------------------------------------------------------------------------

  const fingers = new Map();
  let turned = 0, pinch = null, dragged = 0;

  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    if (event.ctrlKey) return setZoom(state.zoom * Math.exp(-event.deltaY / 300));
    turned += event.deltaMode === 1 ? event.deltaY * 40 : event.deltaY;
    const steps = Math.trunc(turned / 40);
    if (steps) {
      turned -= steps * 40;
      go(state.at - Math.sign(steps) * Math.min(3, Math.abs(steps)));
    }
  }, { passive: false });

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, [event.clientX, event.clientY]);
    dragged = 0;
    pinch = null;
  });

  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => {
    fingers.delete(event.pointerId);
    pinch = null;
  });

  canvas.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return readOut(event);
    const [dx, dy] = [event.clientX - before[0], event.clientY - before[1]];
    fingers.set(event.pointerId, [event.clientX, event.clientY]);
    if (fingers.size === 2) return pinched();
    if (event.pointerType === "touch") return dragThrough(dy);
    if (event.shiftKey || event.buttons === 4) return move(dx, dy);
    const speed = Math.max(0.25, state.width / 300);
    setWindow(Math.round(state.level - dy * speed), Math.round(state.width + dx * speed));
  });

  function dragThrough(dy) {
    dragged -= dy;
    const step = Math.max(8, view.clientHeight / (last + 1)), steps = Math.trunc(dragged / step);
    if (steps) {
      dragged -= steps * step;
      go(state.at + steps);
    }
  }

  function pinched() {
    const [[ax, ay], [bx, by_]] = [...fingers.values()];
    const now = { apart: Math.hypot(ax - bx, ay - by_), x: (ax + bx) / 2, y: (ay + by_) / 2 };
    if (pinch) {
      move(now.x - pinch.x, now.y - pinch.y);
      setZoom((state.zoom * now.apart) / pinch.apart);
    }
    pinch = now;
  }

  // ---- wiring -------------------------------------------------------------------------------------------------------

  const on = (id, kind, act) => by(id)?.addEventListener(kind, act);
  on("slider", "input", (event) => go(Number(event.target.value) - 1));
  on("strip", "click", (event) => event.target.closest("g") && go(Number(event.target.closest("g").dataset.slice)));
  on("key-list", "click", (event) => event.target.closest("button") && go(Number(event.target.closest("button").dataset.slice)));
  on("next-key", "click", () => goToKey(1));
  on("previous-key", "click", () => goToKey(-1));
  on("presets", "click", (event) => event.target.closest("button") && setPreset(event.target.closest("button").dataset.preset));
  on("level", "change", (event) => setWindow(Number(event.target.value), state.width));
  on("width", "change", (event) => setWindow(state.level, Number(event.target.value)));
  on("overlay", "change", (event) => setOverlay(event.target.checked));
  on("opacity", "input", (event) => { state.opacity = event.target.value / 100; refresh(); });
  on("legend", "change", (event) => {
    state.hidden[event.target.checked ? "delete" : "add"](Number(event.target.dataset.number));
    refresh();
  });
  on("zoom-in", "click", () => setZoom(state.zoom * 1.25));
  on("zoom-out", "click", () => setZoom(state.zoom / 1.25));
  on("zoom-fit", "click", () => setZoom(1, 0, 0));
  on("theme", "click", () => setTheme(!isDark()));
  on("keys", "click", () => by("help").showModal());
  on("help-close", "click", () => by("help").close());
  on("letters", "change", (event) => { state.hasLetters = event.target.checked; });
  new ResizeObserver(refresh).observe(view);

  setTheme(matchMedia("(prefers-color-scheme: dark)").matches);
  by("withheld").hidden = slices.every((one) => !one.withheld); // else its room is kept: slices do not jump
  tellWindow();
  go(state.at);
  loadAll();
})();
