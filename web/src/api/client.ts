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
    throw new Problem({ title: "", status: 0, code: "offline" });
  }
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
export function upload<T>(path: string, file: File, progress: (done: number) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const x = new XMLHttpRequest();
    x.open("POST", base + path);
    x.setRequestHeader("Accept-Language", acceptLanguage);
    x.upload.onprogress = (e) => progress(e.lengthComputable ? e.loaded / e.total : 0);
    x.onerror = () => reject(new Problem({ title: "", status: 0, code: "offline" }));
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
}

/** download saves what a path answers as a file, and reports a refusal as a Problem. */
export async function download(path: string, body?: unknown) {
  const r = await fetch(base + path, {
    method: body === undefined ? "GET" : "POST",
    credentials: "same-origin",
    headers: { "Accept-Language": acceptLanguage, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!r.ok) throw await problemOf(r);
  const named = /filename\*=utf-8''([^;]+)/i.exec(r.headers.get("Content-Disposition") ?? "");
  const plain = /filename="?([^";]+)"?/i.exec(r.headers.get("Content-Disposition") ?? "");
  const a = document.createElement("a");
  a.href = URL.createObjectURL(await r.blob());
  a.download = named?.[1] ? decodeURIComponent(named[1]) : (plain?.[1] ?? "kedang");
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 30_000);
}
