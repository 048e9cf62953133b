// Elements of the first drawing, and how they become HTML.
import { Fragment, Suspense, type Context } from "./react";

export interface Made { type: unknown; props: Record<string, unknown> }
export type Drawn = Made | string | number | boolean | null | undefined | Drawn[];

/** held is thrown by a part whose code is not there yet. */
export const held = Symbol("held");

const marks: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (s: string) => s.replace(/[&<>"]/g, (c) => marks[c]!);

const empty = new Set(["input", "img", "col", "br", "hr"]);
const names: Record<string, string> = { className: "class", htmlFor: "for", strokeWidth: "stroke-width", defaultValue: "value", defaultChecked: "checked", colSpan: "colspan", rowSpan: "rowspan", tabIndex: "tabindex", dateTime: "datetime", viewBox: "viewBox", autoComplete: "autocomplete", inputMode: "inputmode", maxLength: "maxlength" };
const bare = new Set(["width", "height", "opacity", "flex", "zIndex", "fontWeight", "lineHeight"]);

function style(all: Record<string, unknown>): string {
  let out = "";
  for (const [k, v] of Object.entries(all)) {
    if (v === undefined || v === null || v === "") continue;
    const name = k.startsWith("--") ? k : k.replace(/[A-Z]/g, (c) => "-" + c.toLowerCase());
    out += `${name}:${typeof v === "number" && v !== 0 && (!bare.has(k) || k === "width" || k === "height") ? v + "px" : String(v)};`;
  }
  return out;
}

function attributes(props: Record<string, unknown>): string {
  let out = "";
  for (const [k, v] of Object.entries(props)) {
    if (v === undefined || v === null || typeof v === "function" || k === "children" || k === "ref" || k === "dangerouslySetInnerHTML") continue;
    const name = names[k] ?? k;
    if (k === "style") out += ` style="${escaped(style(v as Record<string, unknown>))}"`;
    else if (typeof v === "boolean" && !/^(aria-|data-)/.test(k)) out += v ? " " + name : "";
    else out += ` ${name}="${escaped(String(v))}"`;
  }
  return out;
}

/** html draws an element and all that is in it. */
export function html(d: Drawn): string {
  if (d === null || d === undefined || typeof d === "boolean") return "";
  if (typeof d === "string") return escaped(d);
  if (typeof d === "number") return String(d);
  if (Array.isArray(d)) {
    let out = "";
    for (const one of d) out += html(one);
    return out;
  }
  const { type, props } = d;
  if (typeof type === "string") return `<${type}${attributes(props)}>` + (empty.has(type) ? "" : html(props.children as Drawn) + `</${type}>`);
  if (typeof type === "function") return html((type as (p: object) => Drawn)(props));
  if (type === Fragment) return html(props.children as Drawn);
  if (type === Suspense) return within(props);
  const context = (type as { of?: Context<unknown> }).of;
  if (!context) return "";
  const before = context.now;
  context.now = props.value;
  try {
    return html(props.children as Drawn);
  } finally {
    context.now = before;
  }
}

function within(props: Record<string, unknown>): string {
  try {
    return html(props.children as Drawn);
  } catch (e) {
    if (e !== held) throw e;
    return html(props.fallback as Drawn);
  }
}

