// How values are written for people.

export const NOTICE = "Research use only. Not for diagnosis.";

/** A probability in percent. */
export function percent(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : `${(100 * value).toFixed(value > 0 && value < 0.1 ? 1 : 0)} %`;
}

/** Seconds as people say them. */
export function span(seconds: number): string {
  if (seconds < 90) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86400)} d`;
}

/** A moment, in the reader's own clock and manner. */
export function moment(iso: string): string {
  return new Date(iso).toLocaleString(undefined, { dateStyle: "short", timeStyle: "short" });
}

/** The first letter in capitals. */
export function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** A label of the maps; blood whose subtype the maps leave open has none of its own. */
export function labelled(label: string): string {
  return label === "any" ? "No subtype clear" : capital(label);
}
