// Records of another type that point to this one: a compact list in the side
// column, a small table in a tab, a tree where they hang on each other.
import { PhoneOutlined, PlusOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get, query } from "../api/client";
import type { Block, Field, Listed, Rec, RecordType } from "../api/types";
import { kindOf } from "../fields";
import { blank, refOf, str } from "../fields/values";
import { phoneText } from "../format";
import { t } from "../i18n";
import { usePhone } from "../mode";
import { fieldsOf, masked, reachable, recordPath, useKnown } from "../model";
import { useShell } from "../shell/shell";
import { countText, viaOf } from "./record";
import { Peek } from "./peek";
import { Value } from "./value";

/** useRelated reads what a block names; via is found where the block leaves it out. */
export function useRelated(type: RecordType, rec: Rec, block: Block, limit: number, total = true) {
  const { types } = useKnown();
  const of = types.get(block.of ?? "");
  const via = viaOf(of, type, block);
  const columns = (block.columns ?? of?.views?.[0]?.columns ?? []).map((n) => of && reachable(of, types).get(n)).filter((f): f is Field => !!f);
  const names = [...columns.map((c) => c.name), ...(block.group && of && fieldsOf(of).has(block.group) ? [block.group] : [])];
  const list = useQuery({
    queryKey: ["related", type.name, rec.id, block.of, via, block.filter, block.sort, names.join(), limit], enabled: !!of && !!via,
    queryFn: ({ signal }) => get<Listed>(`/${type.name}/${rec.id}/related/${block.of}.${via}` + query({ fields: names.join(",") || undefined, order_by: block.sort, filter: block.filter, page_size: limit, total: total ? undefined : "none" }), signal),
  });
  return { of, via, columns, list };
}

/** useAdd offers a new record that hangs on this one; nothing where one may not. */
export function useAdd(type: RecordType, rec: Rec, of: RecordType | undefined, via: string | undefined): (() => void) | undefined {
  const { create } = useShell();
  if (!of || !via || rec.archived_at || !of.fields.some((f) => f.level === "write")) return undefined;
  const title = fieldsOf(type).get("title") ? rec.title : (rec.number ?? rec.title);
  return () => create(of.name, { [via]: { id: rec.id, title } });
}

/** SideList draws a related list as lines: name, second facts, tags, a call button. */
export function SideList({ type, rec, block }: { type: RecordType; rec: Rec; block: Block }) {
  const limit = block.limit ?? 5;
  const [all, setAll] = useState(false);
  const [peek, setPeek] = useState("");
  const { of, via, columns, list } = useRelated(type, rec, block, all ? 200 : limit);
  const add = useAdd(type, rec, of, via);
  const rows = list.data?.items ?? [];
  if (!of || list.isError || (list.isSuccess && !rows.length && !add)) return null;
  const [main, ...rest] = columns;
  const total = list.data?.total;
  return (
    <section className="side-list" aria-label={block.label ?? of.plural}>
      <header>
        <h2>{block.label ?? of.plural} <small>{total?.count ? countText(total) : ""}</small></h2>
        {add && <Button type="link" size="small" icon={<PlusOutlined />} aria-label={`${t("act.add")} ${of.label}`} onClick={add}>{t("act.add")}</Button>}
      </header>
      <ul>{rows.map((r) => <Line key={r.id} of={of} rec={r} main={main} rest={rest} open={() => setPeek(r.id)} />)}</ul>
      {total && (total.count > rows.length || !total.exact) && <button type="button" className="add" onClick={() => setAll(true)}>{t("related.all", { n: countText(total) })}</button>}
      {peek && <Peek type={of} id={peek} close={() => setPeek("")} />}
    </section>
  );
}

const atEnd = ["choices", "phones", "date", "datetime", "money", "rating"];

function Line({ of, rec, main, rest, open }: { of: RecordType; rec: Rec; main?: Field; rest: Field[]; open: () => void }) {
  const phone = usePhone();
  const name = main && !blank(rec[main.name]) ? kindOf(main).text(rec[main.name], main) : rec.title;
  const there = rest.filter((f) => !blank(rec[f.name]) && rec[f.name] !== false && kindOf(f).text(rec[f.name], f) !== name);
  const tag = (f: Field) => f.kind === "choices" || (f.kind === "choice" && f.name === "state");
  const middle = there.filter((f) => !atEnd.includes(f.kind) && !tag(f)), end = there.filter((f) => !middle.includes(f));
  return (
    <li>
      <a href={recordPath(of.name, rec.id)} onClick={(e) => { if (!e.metaKey && !e.ctrlKey) { e.preventDefault(); open(); } }}>{name}</a>
      <span className="mid">{middle.map((f) => <span key={f.name} className={f.choices?.find((c) => c.value === rec[f.name])?.color === "red" || f.choices?.find((c) => c.value === rec[f.name])?.color === "orange" ? "amber" : ""}>{f.kind === "bool" ? f.label : kindOf(f).text(rec[f.name], f)}</span>)}</span>
      {end.map((f) => (tag(f) ? <span key={f.name} className="roles">{[rec[f.name]].flat().slice(0, 2).map((v) => <span key={str(v)} className={"chip" + (["blue", "purple"].includes(f.choices?.find((c) => c.value === v)?.color ?? "") ? " lead" : "")}>{f.choices?.find((c) => c.value === v)?.label ?? str(v)}</span>)}</span>
        : f.kind === "phones" && !masked(f) ? <Call key={f.name} value={rec[f.name]} wide={phone} who={rec.title} />
          : <span key={f.name} className="end"><Value field={f} value={rec[f.name]} place="cell" /></span>))}
    </li>
  );
}

function Call({ value, wide, who }: { value: unknown; wide: boolean; who: string }) {
  const number = (value as { number: string }[] | undefined)?.[0]?.number;
  if (!number) return null;
  return <a className="call" href={"tel:" + number} title={phoneText(number)} aria-label={t("related.call", { who, number: phoneText(number) })}>{wide ? phoneText(number) : <PhoneOutlined />}</a>;
}

/** RelatedTable draws a related list as a small table. */
export function RelatedTable({ type, rec, block }: { type: RecordType; rec: Rec; block: Block }) {
  const [limit, setLimit] = useState(block.limit ?? 20);
  const [peek, setPeek] = useState("");
  const phone = usePhone();
  const { of, via, columns, list } = useRelated(type, rec, block, limit);
  const add = useAdd(type, rec, of, via);
  if (!of || list.isError) return null;
  const rows = list.data?.items ?? [];
  const total = list.data?.total;
  const shown = columns.filter((c, i) => i === 0 || list.isPending || rows.some((r) => !blank(r[c.name]) && !(c.kind === "money" && Number(r[c.name]) === 0)));
  return (
    <section className="related" aria-label={block.label ?? of.plural}>
      <header>
        <h2>{block.label ?? of.plural} <small>{list.isSuccess && !rows.length ? t("related.none") : countText(total)}</small></h2>
        {add && <Button type="link" size="small" icon={<PlusOutlined />} onClick={add}>{t("act.new_of", { what: of.label })}</Button>}
      </header>
      {block.group && rows.length > 1 && <Tree rows={rows} group={block.group} roles={columns.filter((c) => c.name !== block.group && ["choices", "text", "choice"].includes(c.kind)).slice(1)} open={setPeek} />}
      {phone && rows.length > 0 && <ul className="narrow-rows">{rows.map((r) => <NarrowRow key={r.id} of={of} rec={r} columns={shown} open={() => setPeek(r.id)} />)}</ul>}
      {!phone && rows.length > 0 && (
        <div className="scroll" tabIndex={0} role="group" aria-label={block.label ?? of.plural}>
          <table className="plain rows">
            <thead><tr>{shown.map((c) => <th key={c.name} scope="col" className={kindOf(c).align}>{c.label}</th>)}</tr></thead>
            <tbody>
              {rows.map((r) => (
                <tr key={r.id} tabIndex={0} onClick={() => setPeek(r.id)} onKeyDown={(e) => { if (e.key === "Enter") setPeek(r.id); }}>
                  {shown.map((c) => <td key={c.name} className={kindOf(c).align}><Value field={c} value={r[c.name]} place="cell" /></td>)}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {list.isPending && <div className="bone-lines" aria-hidden="true"><i /><i /><i /></div>}
      {total && total.count > rows.length && <Button type="link" size="small" onClick={() => setLimit(limit + 200)}>{t("related.all", { n: countText(total) })}</Button>}
      {peek && <Peek type={of} id={peek} close={() => setPeek("")} />}
    </section>
  );
}

// A row where there is no room for a table: what it is and its sum in one line, the rest below.
function NarrowRow({ of, rec, columns, open }: { of: RecordType; rec: Rec; columns: Field[]; open: () => void }) {
  const there = columns.filter((c) => !blank(rec[c.name]) && rec[c.name] !== false);
  const sum = there.filter((c) => c.kind === "money").at(-1);
  const [main, ...rest] = there.filter((c) => c !== sum);
  const follow = (e: React.MouseEvent) => { if (!e.metaKey && !e.ctrlKey && e.button === 0) { e.preventDefault(); open(); } };
  return (
    <li>
      <a href={recordPath(of.name, rec.id)} onClick={follow}>
        <b>{main ? <Value field={main} value={rec[main.name]} place="cell" /> : rec.title}</b>{sum && <span className="money"><Value field={sum} value={rec[sum.name]} place="fact" /></span>}
        {rest.length > 0 && <small>{rest.map((c) => <span key={c.name}>{["integer", "decimal", "bool", "money", "percent", "date", "datetime"].includes(c.kind) && <i>{c.label} </i>}{c.kind !== "bool" && <Value field={c} value={rec[c.name]} place="cell" />}</span>)}</small>}
      </a>
    </li>
  );
}

// Tree draws who hangs on whom, where there are two levels or more.
function Tree({ rows, group, roles, open }: { rows: Rec[]; group: string; roles: Field[]; open: (id: string) => void }) {
  const above = (r: Rec) => refOf(r[group])?.id;
  const ids = new Set(rows.map((r) => r.id));
  if (!rows.some((r) => ids.has(above(r) ?? ""))) return null;
  const branch = (list: Rec[], seen: Set<string>) => (
    <ul>
      {list.map((r) => {
        const below = rows.filter((x) => above(x) === r.id && !seen.has(x.id));
        return (
          <li key={r.id}>
            <button type="button" className="person" onClick={() => open(r.id)}><b>{r.title}</b>{roles.filter((f) => !blank(r[f.name])).map((f) => <small key={f.name}>{kindOf(f).text(r[f.name], f)}</small>)}</button>
            {below.length > 0 && branch(below, new Set([...seen, r.id]))}
          </li>
        );
      })}
    </ul>
  );
  const tops = rows.filter((r) => !ids.has(above(r) ?? "") && rows.some((x) => above(x) === r.id));
  return <div className="tree" role="group" aria-label={t("related.tree")}>{branch(tops, new Set(tops.map((r) => r.id)))}</div>;
}
