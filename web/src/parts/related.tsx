// Records of another type that point to this one: a compact list in the side
// column, a small table in a tab.
import { PlusOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { get, query } from "../api/client";
import type { Block, Field, Listed, Rec, RecordType } from "../api/types";
import { kindOf } from "../fields";
import { blank } from "../fields/parts";
import { t } from "../i18n";
import { usePhone } from "../mode";
import { fieldsOf, recordPath, useKnown } from "../model";
import { useShell } from "../shell/shell";
import { Value } from "./value";

/** useRelated reads what a block names; via is found where the block leaves it out. */
export function useRelated(type: RecordType, rec: Rec, block: Block, limit: number) {
  const { types } = useKnown();
  const of = types.get(block.of ?? "");
  const via = block.via ?? (of?.fields.find((f) => f.name === of.root && f.to === type.name) ?? of?.fields.find((f) => f.to === type.name))?.name;
  const columns = (block.columns ?? of?.views?.[0]?.columns ?? []).map((n) => of && fieldsOf(of).get(n)).filter((f): f is Field => !!f);
  const list = useQuery({
    queryKey: ["related", type.name, rec.id, block.of, via, block.filter, block.sort, limit], enabled: !!of && !!via,
    queryFn: ({ signal }) => get<Listed>(`/${type.name}/${rec.id}/related/${block.of}.${via}` + query({ fields: columns.map((c) => c.name).join(",") || undefined, order_by: block.sort, filter: block.filter, page_size: limit }), signal),
  });
  return { of, via, columns, list };
}

const countText = (total?: { count: number; exact: boolean }) => (total ? (total.exact ? String(total.count) : `${total.count}+`) : "");

/** SideList draws a related list as lines: name, second facts, phone at the right. */
export function SideList({ type, rec, block }: { type: RecordType; rec: Rec; block: Block }) {
  const limit = block.limit ?? 5;
  const [all, setAll] = useState(false);
  const { of, via, columns, list } = useRelated(type, rec, block, all ? 200 : limit);
  const { create } = useShell();
  const phone = usePhone();
  const rows = list.data?.items ?? [];
  if (!of || list.isError) return null;
  const may = of.fields.some((f) => f.level === "write") && !rec.archived_at;
  if (!rows.length && !may) return null;
  const [main, ...rest] = columns;
  const last = rest.find((c) => c.kind === "phones") ?? rest.find((c) => ["date", "datetime", "money", "choice"].includes(c.kind));
  const middle = rest.filter((c) => c !== last);
  const total = list.data?.total;
  return (
    <section className="side-list" aria-label={block.label ?? of.plural}>
      <header>
        <h2>{block.label ?? of.plural} <small>{countText(total)}</small></h2>
        {may && <Button type="link" size="small" icon={<PlusOutlined />} onClick={() => create(of.name, { [via!]: { id: rec.id, title: rec.title } })}>{t("act.add")}</Button>}
      </header>
      <ul>
        {rows.map((r) => (
          <li key={r.id}>
            <Link to={recordPath(of.name, r.id)}>{main && !blank(r[main.name]) ? <Value field={main} value={r[main.name]} place="cell" /> : r.title}</Link>
            <span className="mid">{middle.filter((c) => !blank(r[c.name])).map((c) => <span key={c.name}><Value field={c} value={r[c.name]} place="cell" /></span>)}</span>
            {last && !blank(r[last.name]) && <span className="end"><Value field={last} value={r[last.name]} place={phone && last.kind === "phones" ? "fact" : "cell"} /></span>}
          </li>
        ))}
      </ul>
      {total && (total.count > rows.length || !total.exact) && <button type="button" className="add" onClick={() => setAll(true)}>{t("related.all", { n: countText(total) })}</button>}
    </section>
  );
}

/** RelatedTable draws a related list as a small table. */
export function RelatedTable({ type, rec, block }: { type: RecordType; rec: Rec; block: Block }) {
  const [limit, setLimit] = useState(20);
  const { of, via, columns, list } = useRelated(type, rec, block, limit);
  const { create } = useShell();
  const navigate = useNavigate();
  if (!of || list.isError) return null;
  const rows = list.data?.items ?? [];
  const may = of.fields.some((f) => f.level === "write") && !rec.archived_at;
  const total = list.data?.total;
  return (
    <section className="related" aria-label={block.label ?? of.plural}>
      <header>
        <h2>{block.label ?? of.plural} <small>{countText(total)}</small></h2>
        {may && <Button type="link" size="small" icon={<PlusOutlined />} onClick={() => create(of.name, { [via!]: { id: rec.id, title: rec.title } })}>{t("act.new_of", { what: of.label })}</Button>}
      </header>
      {rows.length > 0 && (
        <div className="scroll">
          <table className="plain rows">
            <thead><tr>{columns.map((c) => <th key={c.name} scope="col" className={kindOf(c).align}>{c.label}</th>)}</tr></thead>
            <tbody>
              {rows.map((r) => (
                <tr key={r.id} tabIndex={0} onClick={() => void navigate(recordPath(of.name, r.id))} onKeyDown={(e) => { if (e.key === "Enter") void navigate(recordPath(of.name, r.id)); }}>
                  {columns.map((c) => <td key={c.name} className={kindOf(c).align}><Value field={c} value={r[c.name]} place="cell" /></td>)}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {list.isSuccess && !rows.length && <p className="quiet none">{t("related.none")}</p>}
      {total && total.count > rows.length && <Button type="link" size="small" onClick={() => setLimit(200)}>{t("related.all", { n: countText(total) })}</Button>}
    </section>
  );
}
