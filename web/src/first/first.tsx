// The first drawing of a list: the same parts that React will draw, drawn once
// as HTML before React is loaded, with what the page carries and the rows it
// asks for. Its rows are real and its links lead somewhere; what is pressed
// meanwhile is kept for the pages that take over (../handed.ts).
import { setLanguage } from "../api/client";
import type { Schema, Session } from "../api/types";
import { setCurrency, setZone } from "../format";
import { handed } from "../handed";
import { loadLanguage, type Lang } from "../i18n";
import { preferredMode } from "../mode";
import { KnownContext } from "../model";
import ListPage from "../pages/list";
import { Shell } from "../shell/shell";
import { applyMode } from "../theme";
import { html, type Drawn } from "./made";
import { ask, told, waits } from "./query";
import "../style.css";
import "./first.css";

/** draw draws the list the address names, and hands over what it learned. */
export async function draw() {
  const boot = JSON.parse(document.getElementById("boot")?.textContent ?? "{}") as { session?: Session; schema?: Schema };
  const { session, schema } = boot;
  if (!session || !schema) return;
  const language = schema.lang as Lang; // the page is drawn in the language chosen here: its server read the same cookie
  handed.boot = boot;
  applyMode(preferredMode());
  setLanguage(language);
  setZone(session.user.zone);
  setCurrency(session.server.currency);
  await loadLanguage(language);
  const root = document.getElementById("root")!;
  const known = { session, schema, types: new Map(schema.types.map((x) => [x.name, x])) };
  const page = () => html(<KnownContext.Provider value={known}><Shell><ListPage /></Shell></KnownContext.Provider> as unknown as Drawn);
  const put = (text: string) => {
    if (handed.taken) return;
    root.className = "first";
    root.innerHTML = text;
  };
  let text = page();
  for (let i = 0; i < 3 && waits(); i++) {
    const frame = text;
    const late = setTimeout(() => put(frame), 80); // rows that come soon are drawn with the frame, in one go
    await ask();
    clearTimeout(late);
    text = page();
  }
  put(text);
  handed.answers = told();
}
