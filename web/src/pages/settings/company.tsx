// The company: its name, zone, language and currency; and how its server is:
// version, data, the last backup, with the command that makes one.
import { Button, Form, Input, Select } from "antd";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { get, patch, Problem } from "../../api/client";
import { sizeText } from "../../format";
import { languageNames, languages, t } from "../../i18n";
import "../../i18n/company";
import { sentence, useNotify } from "../../saving";
import { Card, Failed, Loading, State, Strip, thousands, When, type Figure } from "../desk";
import { Item } from "./parts";

interface Company { name: string; zone: string; lang: string; currency: string; restart?: boolean }
interface ServerState {
  version: string; database: string; bytes: number; started_at: string; backup: { at: string; bytes: number } | null; check: { at?: string; ok?: boolean } | null;
  jobs: { waiting: number; running: number; failed: number };
}

export function CompanyPage() {
  return <div className="set-stack"><Health /><Names /></div>;
}

function Names() {
  const client = useQueryClient();
  const notify = useNotify();
  const asked = useQuery({ queryKey: ["company"], queryFn: ({ signal }) => get<Company>("/sys/company", signal) });
  const [v, setV] = useState<Company | null>(null);
  const [problems, setProblems] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  useEffect(() => { if (asked.data) setV(asked.data); }, [asked.data]);
  if (asked.isError) return <Card title={t("set.company")}><Failed error={asked.error} again={() => void asked.refetch()} /></Card>;
  if (!v) return <Card title={t("set.company")}><Loading /></Card>;
  const set = (more: Partial<Company>) => setV({ ...v, ...more });
  const save = async () => {
    setBusy(true);
    setProblems({});
    try {
      const now = await patch<Company>("/sys/company", { name: v.name, zone: v.zone, lang: v.lang, currency: v.currency });
      client.setQueryData(["company"], now);
      notify.said(t("set.saved"));
    } catch (e) {
      if (e instanceof Problem && e.errors.length) setProblems(Object.fromEntries(e.errors.map((p) => [p.path, p.message])));
      else setProblems({ name: sentence(e) });
    }
    setBusy(false);
  };
  const zones = (Intl as unknown as { supportedValuesOf?: (of: string) => string[] }).supportedValuesOf?.("timeZone") ?? [v.zone];
  return (
    <Card title={t("set.company")} count={t("set.company_says")}>
      <Form className="set-company" layout="vertical" onSubmitCapture={(e) => { e.preventDefault(); void save(); }}>
        <Item id="c-name" label={t("set.company_name")} problem={problems.name}><Input id="c-name" value={v.name} onChange={(e) => set({ name: e.target.value })} /></Item>
        <Item id="c-zone" label={t("set.zone")} problem={problems.zone}><Select id="c-zone" aria-label={t("set.zone")} style={{ width: "100%" }} showSearch={{ optionFilterProp: "label" }} value={v.zone} options={[...new Set([v.zone, ...zones])].map((z) => ({ value: z, label: z }))} onChange={(zone) => set({ zone })} /></Item>
        <Item id="c-lang" label={t("set.language")} problem={problems.lang}><Select id="c-lang" aria-label={t("set.language")} style={{ width: "100%" }} value={v.lang} options={languages.map((l) => ({ value: l, label: languageNames[l] }))} onChange={(lang) => set({ lang })} /></Item>
        <Item id="c-currency" label={t("set.currency")} problem={problems.currency}><Input id="c-currency" maxLength={3} value={v.currency} onChange={(e) => set({ currency: e.target.value.toUpperCase() })} /></Item>
        {v.restart && <p className="amb" role="status">{t("set.restart")}</p>}
        <Button type="primary" htmlType="submit" loading={busy}>{t("desk.save")}</Button>
      </Form>
    </Card>
  );
}

function Health() {
  const asked = useQuery({ queryKey: ["state"], refetchInterval: 30_000, queryFn: ({ signal }) => get<ServerState>("/sys/state", signal) });
  if (asked.isError) return <Card title={t("set.health")}><Failed error={asked.error} again={() => void asked.refetch()} /></Card>;
  if (!asked.data) return <Card title={t("set.health")}><Loading /></Card>;
  const s = asked.data;
  const old = !s.backup || Date.now() - Date.parse(s.backup.at) > 86_400_000;
  const figures: Figure[] = [
    { key: "version", label: t("set.version"), value: s.version, note: <>{t("set.up_since")} <When at={s.started_at} /></> },
    { key: "data", label: t("set.data"), value: sizeText(s.bytes), note: s.database },
    { key: "backup", label: t("set.backup"), value: s.backup ? <When at={s.backup.at} short /> : t("set.never"), tone: old ? "red" : "", note: s.backup ? sizeText(s.backup.bytes) : t("set.backup_none") },
    { key: "jobs", label: t("set.jobs"), value: thousands(s.jobs.running + s.jobs.waiting), to: "/settings/jobs", note: s.jobs.failed ? <span className="red">{t("set.jobs_failed", { n: s.jobs.failed })}</span> : t("set.jobs_fine") },
  ];
  return (
    <div>
      <Strip label={t("set.health")} figures={figures} />
      <Card title={t("set.backup")} end={<State tone={old ? "red" : "grn"}>{t(old ? "set.backup_due" : "set.backup_fresh")}</State>}>
        <p className="second">{t("set.backup_says")}</p>
        <pre className="set-command"><code>{s.database.startsWith("post") ? "kedang backup kedang.backup --database postgres://…" : "kedang backup kedang.backup --data DIR"}</code></pre>
        <p className="second">{t("set.check_says")}</p>
        <pre className="set-command"><code>{s.database.startsWith("post") ? "kedang check --database postgres://…" : "kedang check --data DIR"}</code></pre>
      </Card>
    </div>
  );
}
