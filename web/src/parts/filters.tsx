// The filter bar: a chip for each condition in plain words, a small form to
// add or change one, and the builder for conditions joined by and/or. What the
// builder cannot read is shown and edited as text.
import { CloseOutlined, FilterOutlined, ApartmentOutlined } from "@ant-design/icons";
import { Button, Drawer, Popover } from "antd";
import { useQueries } from "@tanstack/react-query";
import { lazy, Suspense, useMemo, useState, type ReactNode } from "react";
import { get, query } from "../api/client";
import type { Field, Listed, RecordType } from "../api/types";
import { parse, pathsOf } from "../expr";
import { kindOf } from "../fields";
import { keepTitle, titleOfId } from "../fields/values";
import { bare, isGroup, print, read, type Condition, type Group } from "../filter";
import { dateText } from "../format";
import { t } from "../i18n";
import { usePhone } from "../mode";
import "../i18n/lists";
import "./filters.css";

const OneForm = lazy(() => import("./filters/forms").then((m) => ({ default: m.OneForm })));
const Builder = lazy(() => import("./filters/forms").then((m) => ({ default: m.Builder })));
const Later = ({ children }: { children: ReactNode }) => <Suspense fallback={<div className="condition part-waits" role="status">{t("state.loading")}</div>}>{children}</Suspense>;

const wordOf = (f: Field, v: string) => (f.choices ? kindOf(f).text(v, f) : f.kind === "bool" ? kindOf(f).text(v === "true", f) : f.kind === "date" || f.kind === "datetime" ? dateText(v) : (titleOfId(v) ?? v));

/** spanText is a stretch of time in words. */
export function spanText(v: string): string {
  const [name, n] = v.split(":") as [string, string | undefined];
  return n === undefined ? t("span." + name) : t("span." + name, { n });
}

/** words says a condition, without its field. */
export function words(c: Condition, f: Field): string {
  const list = Array.isArray(c.value) ? c.value : c.value ? [c.value] : [];
  if (bare.has(c.op)) return t("op." + c.op);
  if (c.op === "within") return spanText(list[0] ?? "");
  if (c.op === "not_since" || c.op === "longer" || c.op === "month") return t("filter." + c.op, { n: list[0] ?? "" });
  if (c.op === "between") return `${list[0] ? wordOf(f, list[0]) : "…"} – ${list[1] ? wordOf(f, list[1]) : "…"}`;
  const sign = ["==", "has", "in"].includes(c.op) ? "" : t("op." + c.op) + " ";
  return sign + list.map((v) => wordOf(f, v)).join(t("filter.comma"));
}

/** useTitles learns the names of the records a filter points to. */
function useTitles(g: Group | null, fields: Map<string, Field>) {
  const wanted = new Map<string, Set<string>>();
  const walk = (x: Condition | Group) => {
    if (isGroup(x)) return x.items.forEach(walk);
    const to = fields.get(x.field)?.to;
    const list = Array.isArray(x.value) ? x.value : x.value ? [x.value] : [];
    if (to) for (const id of list) if (!titleOfId(id)) wanted.set(to, (wanted.get(to) ?? new Set()).add(id));
  };
  if (g) walk(g);
  useQueries({
    queries: [...wanted].map(([to, ids]) => ({
      queryKey: ["titles", to, [...ids].join()], staleTime: Infinity,
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const r = await get<Listed>(`/${to}` + query({ filter: `id in [${[...ids].map((x) => JSON.stringify(x)).join(", ")}]`, fields: "id", page_size: 200, total: "none" }), signal);
        for (const x of r.items) keepTitle(x.id, x.title);
        return r.items.length;
      },
    })),
  });
}

/** FilterProps are a filter and what it filters. */
export interface FilterProps {
  type: RecordType; fields: Map<string, Field>; filter: string; onChange: (f: string) => void;
  /** count says how many match a filter beside the view's own. */
  count: (filter: string, signal: AbortSignal) => Promise<{ count: number; exact: boolean }>;
}

// What opened has the cursor where one goes on: in the value, or in the field to choose.
const toInput = (open: boolean) => {
  if (open) (document.querySelector<HTMLElement>(".condition .line-value input") ?? document.querySelector<HTMLElement>(".condition input, .builder-line input, .builder textarea"))?.focus({ preventScroll: true });
};

/** FilterBar shows a filter as chips and edits it. */
export function FilterBar(p: FilterProps) {
  const { fields, filter, onChange } = p;
  const phone = usePhone();
  const g = useMemo(() => read(filter), [filter]);
  const [editing, setEditing] = useState<number | null>(null);
  const [building, setBuilding] = useState(false);
  useTitles(g, fields);
  const put = (next: Group) => onChange(print(next, fields));
  const n = g ? g.items.length : filter ? 1 : 0;
  const builder = <Later><Builder key={String(building)} {...p} close={() => setBuilding(false)} /></Later>;
  if (phone) {
    return (
      <>
        <Button icon={<FilterOutlined />} onClick={() => setBuilding(true)}>{t("filter.title")}{n > 0 && <b className="filter-n">{n}</b>}</Button>
        <Drawer open={building} onClose={() => setBuilding(false)} placement="bottom" size="100%" title={t("filter.title")} destroyOnHidden>{builder}</Drawer>
      </>
    );
  }
  const all = (
    <Popover trigger="click" open={building} onOpenChange={setBuilding} afterOpenChange={toInput} placement="bottomLeft" destroyOnHidden content={builder}>
      {g ? (
        <Button type="text" size="small" icon={<ApartmentOutlined />} aria-label={t("filter.build")} title={t("filter.build")} />
      ) : (
        <span className="chip removable"><button type="button" onClick={() => setBuilding(true)}><b>{t("filter.custom")}</b> <code>{filter}</code></button><Remove what={t("filter.custom")} onClick={() => onChange("")} /></span>
      )}
    </Popover>
  );
  if (!g) return all;
  const groupWords = (x: Group) => x.items.map((c) => (isGroup(c) ? "" : `${fields.get(c.field)?.label ?? c.field} ${fields.get(c.field) ? words(c, fields.get(c.field)!) : ""}`)).join(t(x.join === "or" ? "filter.or_between" : "filter.and_between"));
  const without = (i: number) => put({ ...g, items: g.items.filter((_, k) => k !== i) });
  return (
    <>
      {g.items.map((c, i) => (
        <span key={i} className="chip-part">
          {i > 0 && g.join === "or" && <span className="quiet">{t("filter.or")}</span>}
          {isGroup(c) ? (
            <span className="chip removable" role="group" aria-label={groupWords(c)}><button type="button" onClick={() => setBuilding(true)} title={groupWords(c)}><b>{groupWords(c)}</b></button><Remove what={groupWords(c)} onClick={() => without(i)} /></span>
          ) : (
            <Popover trigger="click" open={editing === i} onOpenChange={(o) => setEditing(o ? i : null)} afterOpenChange={toInput} destroyOnHidden content={<Later><OneForm fields={fields} first={c} close={() => setEditing(null)} done={(x) => { setEditing(null); put({ ...g, items: g.items.map((y, k) => (k === i ? x : y)) }); }} /></Later>}>
              <span className={"chip removable" + (fields.has(c.field) ? "" : " unknown")} role="group" aria-label={fields.get(c.field)?.label ?? c.field}>
                <button type="button" title={`${fields.get(c.field)?.label ?? c.field} ${fields.get(c.field) ? words(c, fields.get(c.field)!) : ""}`}>{fields.get(c.field)?.label ?? c.field} <b>{fields.get(c.field) ? words(c, fields.get(c.field)!) : t("filter.unseen")}</b></button>
                <Remove what={fields.get(c.field)?.label ?? c.field} onClick={() => without(i)} />
              </span>
            </Popover>
          )}
        </span>
      ))}
      <Popover trigger="click" open={editing === -1} onOpenChange={(o) => setEditing(o ? -1 : null)} afterOpenChange={toInput} placement="bottomLeft" destroyOnHidden content={<Later><OneForm fields={fields} close={() => setEditing(null)} done={(x) => { setEditing(null); put(g.join === "or" && g.items.length > 1 ? { join: "and", items: [g, x] } : { ...g, items: [...g.items, x] }); }} /></Later>}>
        <Button type="text" size="small" icon={<FilterOutlined />}>{t("filter.add")}</Button>
      </Popover>
      {all}
    </>
  );
}

const Remove = ({ what, onClick }: { what: string; onClick: () => void }) => (
  <button type="button" className="chip-x" aria-label={`${t("act.remove")} ${what}`} onClick={(e) => { e.stopPropagation(); onClick(); }}><CloseOutlined /></button>
);

/** unseen are the fields of a filter that this reader does not know. */
export function unseen(filter: string, fields: Map<string, Field>): string[] {
  const n = filter ? parse(filter) : null;
  return n ? [...new Set(pathsOf(n))].filter((p) => !fields.has(p) && !/\..*\./.test(p)) : [];
}
