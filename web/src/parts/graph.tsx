// Who hangs together with this record: links of its type to itself, and
// records that join two. A drawing, and the same as a list.
import { useQueries } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { get, query } from "../api/client";
import type { Block, Field, Listed, Rec, RecordType } from "../api/types";
import { kindOf } from "../fields";
import { blank, refOf, str } from "../fields/values";
import { t } from "../i18n";
import { fieldsOf, recordPath, useKnown } from "../model";

interface Tie { key: string; label: string; title: string; to?: string; tone: string; out: boolean }

const mostTies = 29; // and the record itself

/** useTies gathers what is around a record, each tie once. */
function useTies(type: RecordType, rec: Rec, block: Block): { ties: Tie[]; ready: boolean } {
  const { types } = useKnown();
  const of = types.get(block.of ?? "");
  const own = type.fields.filter((f) => f.kind === "link" && f.to === type.name);
  const joins = of?.fields.filter((f) => f.kind === "link" && f.to === type.name) ?? [];
  const kind = of && block.group ? fieldsOf(of).get(block.group) : undefined;
  const sides = (block.columns ?? []).map((n) => of && fieldsOf(of).get(n)).filter((f): f is Field => !!f);
  const stance = of?.fields.find((f) => f.kind === "choice" && f.choices?.some((c) => c.color === "red"));
  const asks = [
    ...own.map((f) => ({ path: `${type.name}.${f.name}`, fields: "id", field: f, join: false })),
    ...joins.map((f) => ({ path: `${of!.name}.${f.name}`, fields: [...new Set([f.name, kind?.name, stance?.name, of!.root, ...sides.map((s) => s.name)])].filter((n) => n && fieldsOf(of!).has(n)).join(","), field: f, join: true })),
  ];
  const answers = useQueries({
    queries: asks.map((a) => ({
      queryKey: ["related", type.name, rec.id, "graph", a.path, a.fields],
      queryFn: ({ signal }: { signal: AbortSignal }) => get<Listed>(`/${type.name}/${rec.id}/related/${a.path}` + query({ fields: a.fields, page_size: mostTies, total: "none" }), signal),
    })),
  });
  const ties: Tie[] = [];
  const add = (x: Tie) => { if (!ties.some((y) => y.key === x.key)) ties.push(x); };
  for (const f of own) {
    const r = refOf(rec[f.name]);
    if (r) add({ key: r.id + f.name, label: f.label, title: r.title, to: recordPath(type.name, r.id), tone: "", out: true });
  }
  answers.forEach((q, i) => {
    const a = asks[i]!;
    for (const r of q.data?.items ?? []) {
      if (!a.join) {
        add({ key: r.id + a.field.name, label: type.backlinks.find((b) => b.type === type.name && b.field === a.field.name)?.label ?? a.field.label, title: r.title, to: recordPath(type.name, r.id), tone: "", out: false });
        continue;
      }
      const far = a.field.name === of!.root ? sides : [fieldsOf(of!).get(of!.root!)].filter((f): f is Field => !!f);
      const side = far.find((f) => !blank(r[f.name]));
      const ref = side && refOf(r[side.name]);
      const label = kind && !blank(r[kind.name]) ? kindOf(kind).text(r[kind.name], kind) : of!.label;
      const tone = stance && stance.choices?.find((c) => c.value === r[stance.name])?.color === "red" ? "bad" : "";
      if (side && (ref || typeof r[side.name] === "string")) add({ key: (ref?.id ?? str(r[side.name])) + label, label, title: ref?.title ?? str(r[side.name]), to: ref && side.to ? recordPath(side.to, ref.id) : recordPath(of!.name, r.id), tone, out: a.field.name === of!.root });
    }
  });
  return { ties: ties.slice(0, mostTies), ready: answers.every((q) => !q.isPending) };
}

const wide = 720;

export function Graph({ type, rec, block }: { type: RecordType; rec: Rec; block: Block }) {
  const { ties, ready } = useTies(type, rec, block);
  const navigate = useNavigate();
  const label = block.label ?? t("graph.label");
  if (!ready || !ties.length) return null;
  const tall = ties.length > 8 ? 380 : 260;
  const outer = ties.length > 12;
  const at = (i: number) => {
    const angle = (2 * Math.PI * i) / ties.length - Math.PI / 2;
    const far = outer && i % 2 ? 0.62 : 1;
    return { x: wide / 2 + Math.cos(angle) * (wide / 2 - 84) * far, y: tall / 2 + Math.sin(angle) * (tall / 2 - 26) * far };
  };
  const short = (s: string, n: number) => ([...s].length > n ? [...s].slice(0, n - 1).join("") + "…" : s);
  return (
    <section className="graph" aria-label={label}>
      <header><h2>{label} <small>{ties.length}</small></h2></header>
      <div className="graph-both">
        <svg viewBox={`0 0 ${wide} ${tall}`} role="group" aria-label={t("graph.drawing", { n: ties.length })}>
          {ties.map((x, i) => {
            const p = at(i), mx = wide / 2 + (p.x - wide / 2) * 0.52, my = tall / 2 + (p.y - tall / 2) * 0.52;
            return <g key={x.key} aria-hidden="true"><line x1={wide / 2} y1={tall / 2} x2={p.x} y2={p.y} className={x.tone} /><text x={mx} y={my} className="tie">{short(x.label, 8)}</text></g>;
          })}
          {ties.map((x, i) => {
            const p = at(i), title = short(x.title, 9), w = 20 + [...title].reduce((n, c) => n + (c.charCodeAt(0) > 255 ? 13 : 7.5), 0);
            const go = () => x.to && void navigate(x.to);
            return (
              <g key={x.key} className={"knot " + x.tone} role="link" tabIndex={0} aria-label={`${x.label}：${x.title}`} onClick={go} onKeyDown={(e) => { if (e.key === "Enter") go(); }}>
                <rect x={p.x - w / 2} y={p.y - 14} width={w} height={28} rx={6} /><text x={p.x} y={p.y + 4.5}>{title}</text><title>{x.title}</title>
              </g>
            );
          })}
          <g className="knot self"><rect x={wide / 2 - 76} y={tall / 2 - 16} width={152} height={32} rx={6} /><text x={wide / 2} y={tall / 2 + 5}>{short(rec.title, 10)}</text></g>
        </svg>
        <ul>{ties.map((x) => <li key={x.key}><small>{x.label}</small> {x.to ? <a href={x.to} onClick={(e) => { if (!e.metaKey && !e.ctrlKey) { e.preventDefault(); void navigate(x.to!); } }}>{x.title}</a> : x.title}</li>)}</ul>
      </div>
    </section>
  );
}
