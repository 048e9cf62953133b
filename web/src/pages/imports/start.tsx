// Choosing what to bring in, and what was brought in before.
import { InboxOutlined } from "@ant-design/icons";
import { Progress, Select } from "antd";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useRef, useState, type DragEvent } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { get, query, upload } from "../../api/client";
import type { ImportState } from "../../api/types";
import { t } from "../../i18n";
import { useKnown } from "../../model";
import { useRights } from "../../rights";
import { sentence } from "../../saving";
import { Card, Failed, Loading, State, thousands, When } from "../desk";
import { isMoving, toneOf } from "./parts";

export function Start() {
  return (
    <>
      <div className="desk-head"><h1>{t("imp.home")}</h1><span className="sub">{t("imp.home_says")}</span></div>
      <div className="imp-start"><Drop /><Earlier /></div>
    </>
  );
}

/** useImportable lists the types this person may import into, the menu's first. */
function useImportable() {
  const { types } = useKnown();
  const rights = useRights();
  return useMemo(() => {
    const may = (rights.data?.rights ?? []).filter((r) => r.verbs.some((v) => v.verb === "import")).map((r) => types.get(r.type));
    return { ready: rights.isSuccess, error: rights.error, list: may.filter((x) => !!x).filter((x) => !x.builtin && !x.root).concat(may.filter((x) => !!x).filter((x) => !x.builtin && x.root)) };
  }, [rights.data, rights.isSuccess, rights.error, types]);
}

function Drop() {
  const [params, setParams] = useSearchParams();
  const { list, ready, error } = useImportable();
  const navigate = useNavigate();
  const pick = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [sent, setSent] = useState<{ name: string; done: number } | null>(null);
  const [wrong, setWrong] = useState("");
  const most = useMemo(() => list.reduce<(typeof list)[number] | undefined>((a, b) => (!a || b.backlinks.length > a.backlinks.length ? b : a), undefined), [list]);
  const type = list.find((x) => x.name === params.get("type")) ?? most;
  const send = async (file?: File | null) => {
    if (!file || !type || sent) return;
    setWrong("");
    setSent({ name: file.name, done: 0 });
    try {
      const made = await upload<ImportState>("/sys/imports" + query({ type: type.name }), file, (done) => setSent({ name: file.name, done }));
      void navigate(`/imports/${made.id}`);
    } catch (e) {
      setWrong(sentence(e));
      setSent(null);
      if (pick.current) pick.current.value = "";
    }
  };
  const onDrop = (e: DragEvent) => {
    e.preventDefault();
    setOver(false);
    void send(e.dataTransfer.files[0]);
  };
  if (error) return <Card title={t("imp.new")}><Failed error={error} /></Card>;
  if (!ready) return <Card title={t("imp.new")}><Loading /></Card>;
  if (!type) return <Card title={t("imp.new")}><div className="empty"><p>{t("imp.may_not")}</p></div></Card>;
  return (
    <Card title={t("imp.new")}>
      <label className="imp-what"><span>{t("imp.what")}</span>
        <Select aria-label={t("imp.what")} value={type.name} style={{ width: 220 }} showSearch={{ optionFilterProp: "label" }} options={list.map((x) => ({ value: x.name, label: x.plural }))}
          onChange={(v) => setParams({ type: v }, { replace: true })} />
      </label>
      <div className={"imp-drop" + (over ? " over" : "")} onDragOver={(e) => { e.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={onDrop}>
        <InboxOutlined aria-hidden="true" />
        {sent ? (
          <><p>{sent.done < 1 ? t("imp.sending", { file: sent.name }) : t("imp.looking", { file: sent.name })}</p><Progress percent={Math.round(sent.done * 100)} size="small" status="active" style={{ maxWidth: 320 }} /></>
        ) : (
          <>
            <p><button type="button" className="as-link" onClick={() => pick.current?.click()}>{t("imp.pick")}</button>{t("imp.or_drop")}</p>
            <small className="soft">{t("imp.kinds")}</small>
          </>
        )}
        <input ref={pick} type="file" hidden aria-label={t("imp.pick")} accept=".csv,.tsv,.txt,.xlsx,.xlsm,.xls,.vcf" onChange={(e) => void send(e.target.files?.[0])} />
      </div>
      {wrong && <p className="imp-wrong red" role="alert">{wrong}</p>}
      <small className="soft">{t("imp.promise")}</small>
    </Card>
  );
}

function Earlier() {
  const { types } = useKnown();
  const navigate = useNavigate();
  const list = useInfiniteQuery({
    queryKey: ["imports"], initialPageParam: "", queryFn: ({ pageParam, signal }) => get<{ items: ImportState[]; next_page_token: string }>("/sys/imports" + query({ page_size: 20, page_token: pageParam }), signal),
    getNextPageParam: (last) => last.next_page_token || undefined, staleTime: 0, refetchInterval: (q) => (q.state.data?.pages.some((p) => p.items.some((i) => isMoving(i.state))) ? 1500 : false),
  });
  const rows = list.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <Card title={t("imp.earlier")} flush>
      {list.isPending ? <Loading /> : list.isError ? <Failed error={list.error} again={() => void list.refetch()} /> : rows.length === 0 ? <div className="empty"><p>{t("imp.none")}</p></div> : (
        <table className="deskt cardy">
          <thead><tr><th>{t("imp.file")}</th><th>{t("imp.into")}</th><th>{t("imp.state")}</th><th className="num">{t("imp.created")}</th><th className="num">{t("imp.updated")}</th><th className="num">{t("imp.refused")}</th><th>{t("imp.when")}</th></tr></thead>
          <tbody>
            {rows.map((i) => (
              <tr key={i.id} className="can" onClick={() => void navigate(`/imports/${i.id}`)}>
                <td><a href={`/imports/${i.id}`} onClick={(e) => { e.preventDefault(); e.stopPropagation(); void navigate(`/imports/${i.id}`); }}>{i.file}</a></td>
                <td>{types.get(i.type)?.plural ?? i.type}</td>
                <td><State tone={toneOf(i.state)}>{t("imp.state_" + i.state)}{isMoving(i.state) && i.total ? ` ${Math.floor((100 * i.done) / i.total)}%` : ""}</State></td>
                <td className="num" data-label={t("imp.created")}>{i.created ? thousands(i.created) : null}</td>
                <td className="num" data-label={t("imp.updated")}>{i.updated ? thousands(i.updated) : null}</td>
                <td className="num" data-label={t("imp.refused")}>{i.refused ? <span className="red">{thousands(i.refused)}</span> : null}</td>
                <td className="soft"><When at={i.started_at || i.created_at} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {list.hasNextPage && <div className="more"><button type="button" className="as-link" onClick={() => void list.fetchNextPage()}>{t("desk.more")}</button></div>}
    </Card>
  );
}
