// The log: who did what and when. It cannot be changed, here least of all.
import { CloseOutlined, DownloadOutlined } from "@ant-design/icons";
import { Button, DatePicker, Select } from "antd";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import dayjs from "dayjs";
import { useMemo, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { get, query } from "../../api/client";
import type { Rec } from "../../api/types";
import { t } from "../../i18n";
import "../../i18n/audit";
import "../../i18n/company";
import { recordPath, useKnown } from "../../model";
import { Card, Failed, Loading, When } from "../desk";
import { personOptions, usePeople } from "./parts";

interface Entry { id: string; at: string; kind: string; action: string; actor?: string; actor_name: string; source: string; type?: string; record?: string; rev?: number; detail?: unknown }

const kinds = ["write", "signin", "rights", "look", "export", "import", "system"];
const tones: Record<string, string> = { look: "amb", export: "amb", rights: "ac", system: "red" };

export function Audit() {
  const { types, schema } = useKnown();
  const words = useMemo(() => new Map([...schema.roles.map((r) => [r.name, r.label] as const), ...schema.types.flatMap((x) => x.fields.map((f) => [`${x.name}.${f.name}`, f.label] as const))]), [schema]);
  const people = usePeople(true);
  const [kind, setKind] = useState<string[]>([]);
  const [actor, setActor] = useState<string>();
  const [params, setParams] = useSearchParams();
  const type = params.get("type") ?? undefined, record = params.get("record") ?? undefined;
  const setType = (v?: string) => setParams(v ? { type: v } : {}, { replace: true });
  const [days, setDays] = useState<[string, string]>(["", ""]);
  const list = useInfiniteQuery({
    queryKey: ["audit", kind.join(), actor ?? "", type ?? "", record ?? "", days.join()], initialPageParam: "",
    queryFn: ({ pageParam, signal }) => get<{ items: Entry[]; next_page_token: string }>("/sys/audit" + query({
      kind: kind.join(","), actor, type, record, from: days[0] && dayjs(days[0]).toISOString(), to: days[1] && dayjs(days[1]).add(1, "day").toISOString(), page_size: 100, page_token: pageParam,
    }), signal),
    getNextPageParam: (last) => last.next_page_token || undefined,
  });
  const rows = list.data?.pages.flatMap((p) => p.items) ?? [];
  const save = () => {
    const cells = rows.map((e) => [e.at, e.actor_name, t("set.kind_" + e.kind), action(e), e.type ? (types.get(e.type)?.label ?? e.type) : "", e.record ?? "", e.source, detailText(e, words)]);
    const head = [t("set.when"), t("set.who"), t("set.kind"), t("set.did"), t("set.type"), "id", t("set.source"), ""];
    const a = document.createElement("a");
    a.href = URL.createObjectURL(new Blob(["\ufeff" + [head, ...cells].map((r) => r.map(cell).join(",")).join("\r\n")], { type: "text/csv;charset=utf-8" }));
    a.download = "audit.csv";
    a.click();
    setTimeout(() => URL.revokeObjectURL(a.href), 30_000);
  };
  return (
    <Card flush label={t("set.audit")}>
      <div className="set-bar">
        <Select mode="multiple" aria-label={t("set.kind")} placeholder={t("set.any_kind")} style={{ minWidth: 180 }} allowClear value={kind} options={kinds.map((k) => ({ value: k, label: t("set.kind_" + k) }))} onChange={setKind} />
        <Select aria-label={t("set.who")} placeholder={t("set.anybody")} style={{ width: 180 }} allowClear showSearch={{ optionFilterProp: "label" }} value={actor} options={personOptions(people.list)} onChange={setActor} />
        <Select aria-label={t("set.type")} placeholder={t("set.any_type")} style={{ width: 150 }} allowClear showSearch={{ optionFilterProp: "label" }} value={type} options={[...types.values()].map((x) => ({ value: x.name, label: x.label }))} onChange={setType} />
        <DatePicker.RangePicker aria-label={t("set.when")} style={{ width: 250 }} allowEmpty={[true, true]} value={[days[0] ? dayjs(days[0]) : null, days[1] ? dayjs(days[1]) : null]} onChange={(d) => setDays([d?.[0]?.format("YYYY-MM-DD") ?? "", d?.[1]?.format("YYYY-MM-DD") ?? ""])} />
        {type && record && <Only type={type} record={record} end={() => setType(type)} />}
        <span className="desk-fill" />
        <Button icon={<DownloadOutlined />} disabled={!rows.length} onClick={save}>{t("set.save_shown", { n: rows.length })}</Button>
      </div>
      {list.isPending ? <Loading /> : list.isError ? <Failed error={list.error} again={() => void list.refetch()} /> : rows.length === 0 ? <div className="empty"><p>{t("set.no_entries")}</p></div> : (
        <table className="deskt cardy set-audit">
          <thead><tr><th>{t("set.when")}</th><th>{t("set.who")}</th><th>{t("set.kind")}</th><th>{t("set.did")}</th><th>{t("set.at")}</th><th>{t("set.source")}</th></tr></thead>
          <tbody>
            {rows.map((e) => (
              <tr key={e.id}>
                <td className="soft"><When at={e.at} /></td>
                <td>{e.actor_name || t("set.nobody")}</td>
                <td><span className={"tag " + (tones[e.kind] ?? "")}>{t("set.kind_" + e.kind)}</span></td>
                <td>{action(e)}</td>
                <td className="about">{e.type && <About of={e} name={people.byId.get(e.record ?? "")?.name} only={record ? undefined : () => setParams({ type: e.type!, record: e.record! }, { replace: true })} />}</td>
                <td className="second cut" title={[e.source, detailText(e, words)].filter(Boolean).join(" · ")}><Source of={e} />{detailText(e, words) && " · " + detailText(e, words)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {list.hasNextPage && <div className="more"><button type="button" className="as-link" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t("desk.more")}</button></div>}
    </Card>
  );
}

/** About names the type and the record of an entry, with ways to it and to all that was done with it. */
function About({ of, name, only }: { of: Entry; name?: string; only?: () => void }) {
  const type = useKnown().types.get(of.type!);
  return (
    <>
      {type?.label ?? of.type} {of.record && type && (type.builtin ? name : <Link to={recordPath(of.type!, of.record)}>{t("set.open")}</Link>)}
      {of.record && only && <button type="button" className="as-link" onClick={only}>{t("set.only_this")}</button>}
    </>
  );
}

/** Only says about which record the log is, and takes that away again. */
function Only({ type, record, end }: { type: string; record: string; end: () => void }) {
  const of = useKnown().types.get(type);
  const asked = useQuery({ queryKey: ["rec-title", type, record], enabled: !!of && !of.builtin, staleTime: 60_000, retry: false, queryFn: ({ signal }) => get<Rec>(`/${type}/${record}` + query({ fields: "id" }), signal) });
  const named = [of?.label ?? type, asked.data?.title || record].join(" ");
  return <span className="tag ac set-only">{of && !of.builtin ? <Link to={recordPath(type, record)}>{named}</Link> : named}<button type="button" aria-label={t("set.only_end", { what: named })} onClick={end}><CloseOutlined aria-hidden="true" /></button></span>;
}

// A cell of a CSV file; what a spreadsheet would take for a formula is made text.
const cell = (v: string) => `"${(/^[=+\-@\t\r]/.test(v) ? "'" : "") + v.replace(/"/g, '""')}"`;

// An act's word; the act itself where none is known.
function action(e: Entry): string {
  const key = "set.act_" + e.action;
  const word = t(key);
  return word === key ? e.action : word;
}

/** Source says through which door something came; an import's leads to it. */
function Source({ of }: { of: Entry }) {
  const [, what, id] = /^(undo import|import|undo bulk|bulk|[a-z_]+)(?: (\w+))?$/.exec(of.source) ?? [];
  const key = "set.by_" + what?.replace(" ", "_");
  const word = t(key) === key ? of.source : t(key);
  return id && what!.endsWith("import") ? <Link to={"/imports/" + id}>{word}</Link> : <>{word}</>;
}

interface Counted { created?: number; updated?: number; refused?: number }

function detailText(e: Entry, words: Map<string, string>): string {
  const d = e.detail as Record<string, unknown> | undefined;
  if (!d || typeof d !== "object") return "";
  if (e.kind === "import") {
    const n = (d.Counts ?? {}) as Counted;
    const counts = (["created", "updated", "refused"] as const).filter((k) => n[k]).map((k) => t("imp." + k) + " " + n[k]!.toLocaleString("en"));
    return [String(d.File ?? ""), ...counts].filter(Boolean).join(" · ");
  }
  return Object.entries(d).filter(([k, v]) => k !== "agent" && v !== "").map(([k, v]) => `${labelOf(k)} ${k === "columns" && Array.isArray(v) ? v.map((n) => words.get(`${e.type}.${String(n)}`) ?? String(n)).join(t("desk.comma")) : changeText(v, words)}`.trim()).join(" · ");
}

const labelOf = (k: string) => (t("audit." + k) === "audit." + k ? k : t("audit." + k));
const isId = (v: unknown) => typeof v === "string" && /^[0-9A-Z]{13}$/.test(v);

// A change is told as from → to; what only a machine reads (an id) is left out.
function changeText(v: unknown, words: Map<string, string>): string {
  const one = (x: unknown): string => (x === null || x === undefined || x === "" || isId(x) ? "" : Array.isArray(x) ? x.map(one).filter(Boolean).join(t("desk.comma")) : typeof x === "object" ? JSON.stringify(x) : (words.get(String(x)) ?? String(x)));
  const pair = v && typeof v === "object" && "from" in v && "to" in v ? [(v as { from: unknown }).from, (v as { to: unknown }).to] : Array.isArray(v) && v.length === 2 ? v : undefined;
  return pair ? [one(pair[0]), one(pair[1])].filter(Boolean).join(" → ") : one(v);
}
