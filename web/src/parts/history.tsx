// Who changed what and when; each change can be taken back.
import { UndoOutlined } from "@ant-design/icons";
import { Button, DatePicker, Select } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { get, query } from "../api/client";
import type { Field, HistoryEntry, Rec, RecordType } from "../api/types";
import { kindOf } from "../fields";
import { blank } from "../fields/values";
import { clock, dateText, dayIn, fullMoment } from "../format";
import { t } from "../i18n";
import { fieldsOf, useKnown } from "../model";
import { sentence, useSaving } from "../saving";
import { Past } from "./past";

export function History({ type, rec }: { type: RecordType; rec: Rec }) {
  const fields = fieldsOf(type);
  const order = [...fields.keys()];
  const rank = (name: string) => order.indexOf(name);
  const me = useKnown().session.user;
  const { act } = useSaving(type);
  const [only, setOnly] = useState<string | undefined>();
  const [past, setPast] = useState("");
  const pages = useInfiniteQuery({
    queryKey: ["history", type.name, rec.id, rec.rev], initialPageParam: "", enabled: rec.rights?.history !== false,
    queryFn: ({ pageParam, signal }) => get<{ items: HistoryEntry[]; next_page_token: string }>(`/${type.name}/${rec.id}/history` + query({ page_size: 50, page_token: pageParam }), signal),
    getNextPageParam: (p) => p.next_page_token || undefined,
  });
  if (rec.rights?.history === false) return <p className="nothing">{t("history.no_right")}</p>;
  if (pages.isError) return <p className="nothing">{sentence(pages.error)}</p>;
  const items = pages.data?.pages.flatMap((p) => p.items) ?? [];
  const touched = [...new Set(items.flatMap((h) => Object.keys(h.changes ?? {})))].filter((n) => fields.has(n)).map((n) => ({ value: n, label: fields.get(n)!.label }));
  const shown = only ? items.filter((h) => h.changes && only in h.changes) : items;
  return (
    <section className="history" aria-label={t("history.label")}>
      <header>
        <h2>{t("history.label")} <small>{shown.length}{pages.hasNextPage ? "+" : ""}</small></h2>
        {(me.admin || me.roles.includes("auditor")) && <Link className="history-all" to={`/settings/audit?type=${type.name}&record=${rec.id}`}>{t("history.in_audit")}</Link>}
        <DatePicker size="small" style={{ width: 140 }} aria-label={t("past.pick")} placeholder={t("past.pick")} maxDate={dayjs()} minDate={rec.created_at ? dayjs(rec.created_at) : undefined} value={null as Dayjs | null} onChange={(d) => { if (d) setPast(d.format("YYYY-MM-DD")); }} />
        <Select size="small" allowClear showSearch={{ optionFilterProp: "label" }} style={{ width: 180 }} aria-label={t("history.only")} placeholder={t("history.only")} value={only} options={touched} onChange={(v: string | undefined) => setOnly(v)} />
      </header>
      <ol>
        {shown.map((h) => {
          const list = Object.entries(h.changes ?? {}).filter(([name]) => !only || name === only).sort(([a], [b]) => rank(a) - rank(b));
          return (
            <li key={h.id}>
              <time dateTime={h.at} title={fullMoment(h.at)}>{dateText(dayIn(new Date(h.at)))} {clock(new Date(h.at))}</time>
              <div>
                <b>{h.actor_name}</b> {t("action." + h.action)} <small className="quiet">{t("history.rev", { n: h.rev })} · {sourceWord(h.source)}</small>
                <ul className={list.length > 8 ? "many" : ""}>
                  {list.map(([name, c]) => {
                    const f = fields.get(name);
                    return <li key={name}><span className="quiet">{f?.label ?? name}</span> {blank(c.from) ? null : <><del><Words field={f} value={c.from} /></del> → </>}<ins>{blank(c.to) ? t("field.empty") : <Words field={f} value={c.to} />}</ins></li>;
                  })}
                </ul>
              </div>
              <span className="history-acts">
                {h.rev < rec.rev && <Button type="text" size="small" onClick={() => setPast("rev:" + h.rev)}>{t("past.open")}</Button>}
                {h.rev > 1 && rec.rights?.update !== false && <Button size="small" icon={<UndoOutlined />} onClick={() => void act(rec, "undo", { rev: h.rev }, t("said.undone"))}>{t("history.undo")}</Button>}
              </span>
            </li>
          );
        })}
      </ol>
      {pages.hasNextPage && <Button type="link" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>{t("list.more")}</Button>}
      {past && <Past type={type} rec={rec} at={past} close={() => setPast("")} />}
    </section>
  );
}

const sources = ["web", "api", "import", "cli", "demo", "system", "rule", "token"];
const sourceWord = (s: string) => (sources.includes(s) ? t("source." + s) : s);

/** Words writes a value of the past; it knows links by id alone, and their titles are today's. */
export function Words({ field: f, value: v }: { field: Field | undefined; value: unknown }) {
  if (v && typeof v === "object" && "masked" in v) return "****";
  if (!f) return typeof v === "string" ? v : JSON.stringify(v);
  if (["link", "user", "department"].includes(f.kind)) {
    const id = typeof v === "string" ? v : (v as { id?: string }).id;
    return id ? <Title type={f.to ?? f.kind} id={id} /> : null;
  }
  return kindOf(f).text(v, f) || JSON.stringify(v);
}

function Title({ type, id }: { type: string; id: string }) {
  const list = type === "user" ? "/sys/users" : type === "department" ? "/sys/departments" : "";
  const r = useQuery({
    queryKey: ["title", type, id], staleTime: Infinity, retry: 0,
    queryFn: async ({ signal }) => (list ? { title: (await get<{ items: { id: string; name: string }[] }>(list + "?page_size=200", signal)).items.find((x) => x.id === id)?.name } : get<Rec>(`/${type}/${id}?fields=id`, signal)),
  });
  return r.data?.title || id;
}
