// The one place that talks HTTP. Every refusal becomes a Problem with the
// server's sentence in the user's language.
import type { FieldProblem, ProblemDocument } from "./types";

const base = "/api/v1";

/** Problem is an answer other than 2xx; status 0 means the server was not reached. */
export class Problem extends Error {
  status: number;
  code: string;
  params: Record<string, unknown>;
  errors: FieldProblem[];

  constructor(doc: ProblemDocument) {
    super(doc.errors?.length === 1 && doc.errors[0]?.message ? doc.errors[0].message : doc.title);
    this.status = doc.status;
    this.code = doc.code;
    this.params = doc.params ?? {};
    this.errors = doc.errors ?? [];
  }
}

let acceptLanguage = "zh-Hans";
let onSignedOut: (() => Promise<void>) | undefined;

// What the frame listens for: "kd:reach" says whether the server answers,
// "kd:work" that long work has begun.
const tell = (name: string, detail?: unknown) => window.dispatchEvent(new CustomEvent(name, { detail }));
const reach = (there: boolean) => tell("kd:reach", there);

/** setLanguage sets the language the server answers in before anyone is signed in. */
export function setLanguage(lang: string) {
  acceptLanguage = lang;
}

/** whenSignedOut registers what brings a new session when one has ended; what was refused is then sent again. */
export function whenSignedOut(f: () => Promise<void>) {
  onSignedOut = f;
}

async function problemOf(r: Response): Promise<Problem> {
  try {
    return new Problem((await r.json()) as ProblemDocument);
  } catch {
    return new Problem({ title: `HTTP ${r.status}`, status: r.status, code: "http" });
  }
}

/** ask sends one request and answers its JSON; undefined for an empty answer. */
export async function ask<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<T> {
  const form = body instanceof FormData;
  let r: Response;
  try {
    r = await fetch(base + path, {
      method,
      signal,
      credentials: "same-origin",
      headers: { Accept: "application/json", "Accept-Language": acceptLanguage, ...(body !== undefined && !form ? { "Content-Type": "application/json" } : {}), ...headers },
      body: body === undefined ? undefined : form ? body : JSON.stringify(body),
    });
  } catch (e) {
    if (e instanceof DOMException && e.name === "AbortError") throw e;
    reach(false);
    throw new Problem({ title: "", status: 0, code: "offline" });
  }
  reach(true);
  if (r.status === 202) tell("kd:work");
  if (!r.ok) {
    const p = await problemOf(r);
    if (r.status !== 401 || path === "/session" || !onSignedOut) throw p;
    await onSignedOut();
    return ask<T>(method, path, body, headers, signal);
  }
  if (r.status === 204) return undefined as T;
  return (await r.json()) as T;
}

export const get = <T>(path: string, signal?: AbortSignal) => ask<T>("GET", path, undefined, {}, signal);
export const post = <T>(path: string, body?: unknown, headers?: Record<string, string>) => ask<T>("POST", path, body, headers);
export const patch = <T>(path: string, body: unknown, headers?: Record<string, string>) => ask<T>("PATCH", path, body, headers);

/** query writes the parameters that have a value. */
export function query(params: Record<string, string | number | undefined>): string {
  const q = new URLSearchParams();
  for (const [k, v] of Object.entries(params)) if (v !== undefined && v !== "") q.set(k, String(v));
  const text = q.toString();
  return text ? "?" + text : "";
}

/** upload sends a file with progress (0–1). */
export async function upload<T>(path: string, file: File, progress: (done: number) => void): Promise<T> {
  try {
    return await sendFile<T>(path, file, progress);
  } catch (e) {
    if (!(e instanceof Problem) || e.status !== 401 || !onSignedOut) throw e;
    await onSignedOut();
    return upload<T>(path, file, progress);
  }
}

function sendFile<T>(path: string, file: File, progress: (done: number) => void): Promise<T> {
  const on = begin("up", file.name, file.size);
  const sent = new Promise<T>((resolve, reject) => {
    const x = new XMLHttpRequest();
    x.open("POST", base + path);
    x.setRequestHeader("Accept-Language", acceptLanguage);
    x.upload.onprogress = (e) => {
      progress(e.lengthComputable ? e.loaded / e.total : 0);
      on.at(e.loaded);
    };
    x.onerror = () => {
      reach(false);
      reject(new Problem({ title: "", status: 0, code: "offline" }));
    };
    x.onload = () => {
      try {
        const doc = JSON.parse(x.responseText);
        if (x.status < 300) resolve(doc as T);
        else reject(new Problem(doc));
      } catch {
        reject(new Problem({ title: `HTTP ${x.status}`, status: x.status, code: "http" }));
      }
    };
    const form = new FormData();
    form.append("file", file);
    x.send(form);
  });
  return sent.finally(on.end);
}

/** download saves what a path answers as a file, and reports a refusal as a Problem. */
export async function download(path: string, body?: unknown): Promise<void> {
  const stop = new AbortController();
  const on = begin("down", "", 0, () => stop.abort());
  try {
    const r = await fetch(base + path, {
      method: body === undefined ? "GET" : "POST",
      credentials: "same-origin",
      signal: stop.signal,
      headers: { "Accept-Language": acceptLanguage, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (r.status === 401 && onSignedOut) {
      on.end();
      await onSignedOut();
      return await download(path, body);
    }
    if (!r.ok) throw await problemOf(r);
    const named = /filename\*=utf-8''([^;]+)/i.exec(r.headers.get("Content-Disposition") ?? "");
    const plain = /filename="?([^";]+)"?/i.exec(r.headers.get("Content-Disposition") ?? "");
    const name = named?.[1] ? decodeURIComponent(named[1]) : (plain?.[1] ?? "kedang");
    on.call(name);
    const blob = await gathered(r, on.at);
    const a = document.createElement("a");
    a.href = URL.createObjectURL(blob);
    a.download = name;
    a.click();
    setTimeout(() => URL.revokeObjectURL(a.href), 30_000);
  } catch (e) {
    if (e instanceof DOMException && e.name === "AbortError") return; // stopped from the tray
    throw e;
  } finally {
    on.end();
  }
}

async function gathered(r: Response, at: (bytes: number) => void): Promise<Blob> {
  const reader = r.body?.getReader();
  if (!reader) return r.blob();
  const parts: BlobPart[] = [];
  let n = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    n += value.length;
    at(n);
  }
  return new Blob(parts, { type: r.headers.get("Content-Type") ?? "" });
}

/** Transfer is a file on its way; total is 0 where nobody knows it. */
export interface Transfer { id: number; way: "up" | "down"; name: string; done: number; total: number; begun: number; stop?: () => void }

let transfers: Transfer[] = [];
let last = 0;

/** transfersNow are the files on their way; "kd:transfers" tells of a change. */
export const transfersNow = () => transfers;

function begin(way: Transfer["way"], name: string, total: number, stop?: () => void) {
  const id = ++last;
  const put = (next: Transfer[]) => {
    transfers = next;
    tell("kd:transfers");
  };
  const change = (more: Partial<Transfer>) => put(transfers.map((x) => (x.id === id ? { ...x, ...more } : x)));
  put([...transfers, { id, way, name, done: 0, total, begun: Date.now(), stop }]);
  return { at: (done: number) => change({ done }), call: (as: string) => change({ name: as }), end: () => put(transfers.filter((x) => x.id !== id)) };
}
