// The rows that stayed out, mended where they stand: a cell is changed, Enter
// tries its row again. The file stays as it was.
import { DownloadOutlined, FileAddOutlined } from "@ant-design/icons";
import { Button, ConfigProvider, Input } from "antd";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { download, get, query } from "../../api/client";
import type { Field, FieldProblem, ImportState, RecordType } from "../../api/types";
import { inputOf } from "../../fields/inputs";
import { blank } from "../../fields/values";
import { t } from "../../i18n";
import { usePhone } from "../../mode";
import { recordPath } from "../../model";
import { useNotify } from "../../saving";
import { Card, Failed, Loading, State, thousands } from "../desk";
import { Later } from "./later";
import { isPicked, type Mending } from "./mend";
import { columnOf, columnsOf, labelOf, placesOf, type ImportRow, type RowPage } from "./parts";

interface Props { now: ImportState; type: RecordType; mending: Mending }

export function Refused({ now, type, mending }: Props) {
  const notify = useNotify();
  const navigate = useNavigate();
  const list = useInfiniteQuery({
    queryKey: ["import-refused", now.id], initialPageParam: "", queryFn: ({ pageParam, signal }) => get<RowPage>(`/sys/imports/${now.id}/rows` + query({ action: "refused", written: "true", page_size: 50, page_token: pageParam }), signal),
    getNextPageParam: (last) => last.next_page_token || undefined, staleTime: Infinity, gcTime: 0,
  });
  const rows = list.data?.pages.flatMap((p) => p.items) ?? [];
  const save = (format: string) => void download(`/sys/imports/${now.id}/refused?format=${format}`).catch(notify.failed);
  const edited = Object.keys(mending.said).length;
  const end = now.refused > 0 && (
    <span className="imp-acts">
      <Later subject={t("later.refused", { file: now.file, n: thousands(now.refused) })} now={now} />
      <Button size="small" icon={<DownloadOutlined />} onClick={() => save("xlsx")}>{t("imp.get_refused", { n: thousands(now.refused) })}</Button>
      <Button size="small" onClick={() => save("csv")}>CSV</Button>
      <Button size="small" icon={<FileAddOutlined />} onClick={() => void navigate("/imports?type=" + now.type)}>{t("imp.mended")}</Button>
    </span>
  );
  return (
    <Card flush title={t("imp.refused_rows")} count={t("imp.refused_says", { n: thousands(now.refused) })} end={end}>
      {list.isPending ? <Loading /> : list.isError ? <Failed error={list.error} again={() => void list.refetch()} /> : (
        <div className="imp-refused" tabIndex={0} role="region" aria-label={t("imp.refused_rows")}>
          <table className="deskt cardy imp-mend">
            <thead><tr><th>{t("imp.line")}</th><th>{type.label}</th><th>{t("imp.field")}</th><th>{t("imp.written")}</th><th>{t("imp.why")}</th><th>{t("mend.here")}</th></tr></thead>
            {rows.map((r) => <Row key={r.line} row={r} type={type} mending={mending} open={now.state === "done"} planned={now.plan.columns.map((c) => c.field)} />)}
          </table>
        </div>
      )}
      {list.hasNextPage && <div className="more"><button type="button" className="as-link" onClick={() => void list.fetchNextPage()}>{t("desk.more")}</button></div>}
      {edited > 0 && now.state === "done" && (
        <div className="mend-foot">
          <span role="status">{t("mend.edited", { n: thousands(edited) })}</span>
          <span className="desk-fill" />
          <button type="button" className="as-link" onClick={mending.drop}>{t("mend.drop")}</button>
          <Button type="primary" loading={mending.busy} onClick={() => void mending.attempt(mending.said)}>{t("mend.try", { n: thousands(edited) })}</Button>
        </div>
      )}
    </Card>
  );
}

interface RowProps { row: ImportRow; type: RecordType; mending: Mending; open: boolean; planned: string[] }

// What was wrong with a row, a line for each problem; a row that was tried again tells what came of that.
function Row({ row, type, mending, open, planned }: RowProps) {
  const [whole, setWhole] = useState(false);
  const result = mending.results.get(row.line);
  const fields = columnsOf(type);
  const can = new Set(placesOf(type).map((f) => f.name));
  const valueOf = (f: string) => mending.said[row.line]?.[f] ?? result?.mended?.[f] ?? row.mended?.[f] ?? row.written?.[f];
  const attempt = () => void mending.attempt({ [row.line]: mending.said[row.line] ?? {} });
  const set = (f: string, v: unknown) => mending.set(row.line, f, v);
  const name = textOf(valueOf(type.title ?? "")) || textOf(valueOf("number"));
  if (result && result.action !== "refused") {
    return <tbody><tr><td className="soft" data-label={t("imp.line")}>{thousands(row.line)}</td><td><Link to={recordPath(type.name, result.record!)}>{name || t("imp.see_record")}</Link></td><td colSpan={4}><State tone="grn">{t("mend.in")}</State>{result.errors?.map((p, i) => <small key={i} className="amb"> {p.message}</small>)}</td></tr></tbody>;
  }
  const problems: (FieldProblem | undefined)[] = (result ?? row).errors?.length ? (result ?? row).errors! : [undefined];
  const hit = new Set(problems.map((p) => columnOf(type, p?.path ?? "")));
  const more = [...new Set(planned)].filter((f) => f && can.has(f) && !hit.has(f)).map((f) => fields.get(f)!);
  return (
    <tbody>
      {problems.map((p, i) => {
        const f = p && fields.get(columnOf(type, p.path));
        const written = p?.params?.value !== undefined ? textOf(p.params.value) : f ? (row.written?.[f.name] ?? "") : "";
        return (
          <tr key={i}>
            <td className="soft" data-label={t("imp.line")}>{i === 0 ? thousands(row.line) : null}</td>
            <td>{i === 0 ? name || <span className="soft">{t("mend.nameless")}</span> : null}</td>
            <td className="second">{p ? labelOf(type, p.path) : null}</td>
            <td className="red written">{written || (f ? <span className="soft">{t("mend.empty")}</span> : null)}</td>
            <td>{p?.message}{typeof p?.params?.id === "string" && <> <Link to={recordPath(type.name, p.params.id)}>{t("imp.see_record")}</Link></>}</td>
            <td className="mend-cell">
              {open && f && can.has(f.name) && <Box field={f} line={row.line} value={valueOf(f.name)} set={(v) => set(f.name, v)} enter={attempt} />}
              {open && i === 0 && more.length > 0 && <button type="button" className="as-link" aria-expanded={whole} aria-label={`${t("mend.whole")} ${row.line}`} onClick={() => setWhole(!whole)}>{t("mend.whole")}</button>}
            </td>
          </tr>
        );
      })}
      {open && whole && (
        <tr className="mend-whole"><td colSpan={6}><div>
          {more.map((f) => <label key={f.name}><span>{f.label}</span><Box field={f} line={row.line} value={valueOf(f.name)} set={(v) => set(f.name, v)} enter={attempt} /></label>)}
        </div></td></tr>
      )}
    </tbody>
  );
}

const textOf = (v: unknown) => (typeof v === "string" ? v : typeof v === "number" ? String(v) : "");

/** Box changes one cell: typed as in the sheet, or chosen where the field has a list. */
export function Box({ field, line, value, set, enter }: { field: Field; line?: number; value: unknown; set: (v: unknown) => void; enter?: () => void }) {
  const size = usePhone() ? "middle" : "small";
  if (isPicked(field)) {
    const Pick = inputOf(field);
    const now = field.choices ? (field.choices.some((c) => c.value === value) || Array.isArray(value) ? value : undefined) : typeof value === "string" ? undefined : value;
    return <ConfigProvider componentSize={size}><Pick field={field} value={now} onChange={(v) => set(blank(v) ? "" : v)} /></ConfigProvider>;
  }
  const label = line ? t("mend.cell", { field: field.label, n: line }) : field.label;
  return <Input size={size} aria-label={label} value={textOf(value)} placeholder={t("mend.fill")} onChange={(e) => set(e.target.value)} onPressEnter={(e) => { if (!e.nativeEvent.isComposing) enter?.(); }} />;
}
