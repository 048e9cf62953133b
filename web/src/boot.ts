// What the first page waits for, asked for before anything is drawn: who is
// signed in, the schema, and the code of the page the address names.
import { get, Problem } from "./api/client";
import type { Schema, Session } from "./api/types";
import { guessLanguage } from "./i18n";

// A page whose code is there already is handed over at once: a promise would
// make React show the waiting page, and then keep it for 300 ms.
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let there: T | undefined;
  return () => (there === undefined ? load().then((m) => (there = m)) : ({ then: (ok: (m: T) => void) => ok(there!) } as Promise<T>));
}

export const listPage = once(() => import("./pages/list"));
export const recordPage = once(() => import("./pages/record"));

export interface Boot { session?: Session; schema?: Schema; out?: boolean; firstRun?: boolean; company?: string; demo?: boolean }

async function boot(): Promise<Boot> {
  try {
    const [session, schema] = await Promise.all([get<Session>("/session"), get<Schema>("/sys/schema?lang=" + guessLanguage())]);
    return { session, schema };
  } catch (e) {
    if (!(e instanceof Problem) || e.status !== 401) throw e;
    const f = await get<{ needed: boolean; company: string; demo?: boolean }>("/sys/first-run");
    return { out: true, firstRun: f.needed, company: f.company, demo: f.demo };
  }
}

let early: Promise<Boot> | undefined;

/** bootEarly begins; takeBoot hands over what was begun, and asks anew after that. */
export function bootEarly() {
  const code = location.pathname.startsWith("/r/") ? recordPage() : listPage();
  early = Promise.all([boot(), code]).then(([known]) => known);
  early.catch(() => undefined);
}

export function takeBoot(): Promise<Boot> {
  const begun = early ?? boot();
  early = undefined;
  return begun;
}
