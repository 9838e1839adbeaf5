// Build elements. Text goes in as text alone, so that nothing a file or a server says is ever read as markup.

type Child = Node | string | number | null | undefined | false;
type Properties = Record<string, unknown>;

/** Make an element: `on...` are listeners, all else are attributes, and false leaves one out,
 *  but `aria-pressed` is written either way. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  dress(element, properties);
  add(element, children);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** Make an element of a drawing. */
export function s(tag: string, properties: Properties = {}, ...children: Child[]): SVGElement {
  const element = document.createElementNS(SVG, tag);
  dress(element, properties);
  add(element, children);
  return element;
}

/** Put these in place of all that an element holds. */
export function fill(element: Element, ...children: Child[]): void {
  element.replaceChildren();
  add(element, children);
}

/** Put this in place of what an element says, if it says something else: a reader's voice tells every change. */
export function say(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Put rows in place of a table's, and leave the focus in the row in which it was. */
export function renew(body: Element, rows: HTMLElement[]): void {
  const place = document.activeElement?.closest<HTMLElement>("[data-id]");
  const id = place && body.contains(place) ? place.dataset.id : undefined;
  fill(body, ...rows);
  rows.find((row) => id !== undefined && row.dataset.id === id)?.querySelector("a")?.focus({ preventScroll: true });
}

function dress(element: Element, properties: Properties): void {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || (value === false && !name.startsWith("aria-pressed"))) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value as EventListener);
    else element.setAttribute(name, value === true && !name.startsWith("aria-") ? "" : String(value));
  }
}

function add(element: Element, children: Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}
