// What the first page waits for: who is signed in, and the schema. The server
// puts both into the page; where it did not, they are asked for before
// anything is drawn. The code of the page the address names loads meanwhile.
import { get, Problem } from "./api/client";
import type { Schema, Session } from "./api/types";
import { handed } from "./handed";
import { guessLanguage } from "./i18n";

// A page whose code is there already is handed over at once: a promise would
// make React show the waiting page, and then keep it for 300 ms.
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let there: T | undefined;
  return () => (there === undefined ? load().then((m) => (there = m)) : ({ then: (ok: (m: T) => void) => ok(there!) } as Promise<T>));
}

export const listPage = once(() => import("./pages/list"));
export const recordPage = once(() => import("./pages/record"));

export interface Boot { session?: Session; schema?: Schema; out?: boolean }

// What the page carries holds for its first drawing only: it is taken out.
function carried(): Boot {
  const script = document.getElementById("boot");
  script?.remove();
  try {
    return JSON.parse(script?.textContent ?? "{}") as Boot;
  } catch {
    return {};
  }
}

const inPage: Boot = handed.boot ?? carried();

/** pageLanguage is the language the server drew the page for, if it knows who asks. */
export const pageLanguage = () => inPage.schema?.lang;

async function boot(): Promise<Boot> {
  try {
    const [session, schema] = await Promise.all([get<Session>("/session"), get<Schema>("/sys/schema?lang=" + guessLanguage(pageLanguage()))]);
    return { session, schema };
  } catch (e) {
    if (!(e instanceof Problem) || e.status !== 401) throw e;
    return { out: true };
  }
}

/** bootEarly is what is known once the code of the page the address names is there; undefined when it has to be asked for anew. */
export async function bootEarly(): Promise<Boot | undefined> {
  const known = inPage.out || (inPage.session && inPage.schema) ? inPage : boot();
  const code = location.pathname.startsWith("/r/") ? recordPage() : listPage();
  try {
    return (await Promise.all([known, code]))[0];
  } catch {
    return undefined;
  }
}

/** takeBoot asks for it. */
export const takeBoot = boot;

/** toLogin leads to the log-in page, and from there back to where one is. */
export function toLogin() {
  const here = location.pathname + location.search;
  location.replace(here === "/" ? "/login" : "/login?next=" + encodeURIComponent(here));
}
