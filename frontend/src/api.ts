// What the service takes and gives, as docs/reference/api.md says.

export type State = "queued" | "scoring" | "scored" | "refused" | "failed";
export type Told = { code?: string; message?: string; next_step?: string };

export interface Answer {
  status: string;
  probability: number | null;
  decision: string | null;
  subtypes: Record<string, number> | null;
  volumes_ml: Record<string, number> | null;
  slices: number;
  key_slices: number[];
  has_objects: boolean;
  warnings: Told[];
  error: Told | null;
}

export interface Study {
  id: string;
  name: string;
  state: State;
  progress: number;
  received_at: string;
  waiting_s: number;
  probability: number | null;
  decision: string | null;
  strongest_subtype: string | null;
  verdict: string | null;
  has_pixels: boolean;
  error: Told | null;
  answers: Answer[];
}

export interface Worklist {
  studies: Study[];
  total: number;
  page: number;
  per_page: number;
}

export interface SliceInfo {
  place: number;
  position_mm: number | null;
  probability: number | null;
  key_rank: number | null;
  labels: string[];
  withheld: string | null;
  notes: string[];
  edges: Record<string, string> | null;
}

export interface Geometry {
  rows: number;
  columns: number;
  count: number;
  spacing_mm: [number, number, number] | null;
  unit: "hu" | "grey";
  windows: { name: string; level: number; width: number }[];
  map_legend: { value: number; label: string; color: string }[];
  threshold: number | null;
  operating_point: string | null;
  slices: SliceInfo[];
  volume: string;
  maps: string | null;
}

export interface Verdict {
  opinion: string;
  reason: string | null;
  subtypes: string[];
  reader: string;
  given_at: string;
}

export interface Session {
  needs_token: boolean;
  name: string | null;
  roles: string[];
}

export interface Monitoring {
  days: number;
  waiting: number;
  states: { name: string; count: number }[];
  throughput: { start: string; finished: number }[];
  latency: { median_s: number | null; p95_s: number | null; slowest_s: number | null };
  refusals: { name: string; count: number }[];
  drift: {
    psi: number | null;
    by_chance: number | null;
    reading: string;
    reference_studies: number;
    recent_studies: number;
    needed: number;
    edges: number[];
    expected: number[];
    observed: number[];
  };
  agreement: { start: string; agree: number; disagree: number }[];
}

export interface About {
  version: string;
  model: Record<string, unknown>;
  labels: string[];
  keep_pixels_days: number | null;
  max_bytes: number;
  max_files: number;
}

export const FINAL: ReadonlySet<State> = new Set<State>(["scored", "refused", "failed"]);
export const BASE = "/api/v1";

/** What the service refused, in its own words. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly nextStep: string,
  ) {
    super(detail);
  }
}

/** Ask for a document. Raises Refused where the service says no, or does not answer. */
export async function ask<Document>(path: string, given: { method?: string; body?: unknown } = {}): Promise<Document> {
  const body = given.body === undefined ? undefined : JSON.stringify(given.body);
  const headers = body === undefined ? undefined : { "Content-Type": "application/json" };
  let answer: Response;
  try {
    answer = await fetch(BASE + path, { method: given.method ?? (body ? "POST" : "GET"), body, headers });
  } catch {
    throw new Refused(0, "page.offline", "The service does not answer.", "See whether it is running, then try again.");
  }
  if (!answer.ok) throw refusal(answer.status, await answer.text());
  return (answer.status === 204 ? null : await answer.json()) as Document;
}

/** Read a refusal from the text of a problem document, or make one of whatever else came. */
export function refusal(status: number, text: string): Refused {
  try {
    const told = JSON.parse(text);
    return new Refused(status, told.code, told.detail, told.next_step);
  } catch {
    return new Refused(status, "page.unreadable", `The service answered ${status}.`, "Try again.");
  }
}
