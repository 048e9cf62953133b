// What the pages of the settings share: people, departments, a small form.
import { Button, Drawer, Form } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState, type ReactNode } from "react";
import { get, Problem, query } from "../../api/client";
import { t } from "../../i18n";
import { usePhone } from "../../mode";
import { useNotify } from "../../saving";

export interface Person {
  id: string; number?: string; username: string; name: string; department?: string; manager?: string; email?: string; phone?: string; lang?: string; zone?: string;
  roles?: string[]; active: boolean; has_password?: boolean; signed_in_at?: string; created_at: string;
}
export interface Department { id: string; name: string; code?: string; parent?: string; branch: boolean; manager?: string; archived?: boolean }

/** usePeople reads everybody (a thousand at most), for choosing and for names. */
export function usePeople(inactive = false) {
  const asked = useQuery({ queryKey: ["people", inactive], staleTime: 30_000, queryFn: ({ signal }) => get<{ items: Person[] }>("/sys/users" + query({ page_size: 1000, inactive: inactive ? "true" : undefined }), signal) });
  const list = useMemo(() => asked.data?.items ?? [], [asked.data]);
  const byId = useMemo(() => new Map(list.map((p) => [p.id, p])), [list]);
  return { ...asked, list, byId };
}

/** useDepartments reads the tree; rows lists it from the top down with how deep each lies. */
export function useDepartments() {
  const asked = useQuery({ queryKey: ["departments"], staleTime: 30_000, queryFn: ({ signal }) => get<{ items: Department[] }>("/sys/departments", signal) });
  const list = useMemo(() => asked.data?.items ?? [], [asked.data]);
  const byId = useMemo(() => new Map(list.map((d) => [d.id, d])), [list]);
  const rows = useMemo(() => {
    const out: { d: Department; depth: number }[] = [];
    const walk = (parent: string, depth: number) => {
      for (const d of list) if ((d.parent && byId.has(d.parent) ? d.parent : "") === parent) { out.push({ d, depth }); walk(d.id, depth + 1); }
    };
    walk("", 0);
    return out;
  }, [list, byId]);
  return { ...asked, list, byId, rows };
}

/** departmentOptions are the tree as a select shows it. */
export const departmentOptions = (rows: { d: Department; depth: number }[]) => rows.filter((r) => !r.d.archived).map(({ d, depth }) => ({ value: d.id, label: "　".repeat(depth) + d.name }));
export const personOptions = (list: Person[]) => list.filter((p) => p.active).map((p) => ({ value: p.id, label: `${p.name} (${p.username})` }));

/** copyText puts a text where one pastes from. Without https a browser has no clipboard for pages: there what is marked is copied. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const from = document.querySelector<HTMLElement>(".set-code output");
  if (from) getSelection()?.selectAllChildren(from);
  if (!document.execCommand("copy")) throw new Error("not copied");
}

/** SidePanel is a drawer with a form: problems stand at their fields. Its content draws items with Item. */
export function SidePanel({ title, close, save, children, ready = true, more }: { title: string; close: () => void; save: () => Promise<void>; children: (problems: Record<string, string>) => ReactNode; ready?: boolean; more?: ReactNode }) {
  const phone = usePhone();
  const notify = useNotify();
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState<Record<string, string>>({});
  const go = async () => {
    setBusy(true);
    setProblems({});
    try {
      await save();
      notify.said(t("set.saved"));
      close();
    } catch (e) {
      if (e instanceof Problem && e.errors.length) setProblems(Object.fromEntries(e.errors.map((p) => [p.path, p.message])));
      else notify.failed(e);
      setBusy(false);
    }
  };
  return (
    <Drawer open onClose={close} size={phone ? "100%" : 460} title={title} footer={<div className="set-foot">{more}<span className="desk-fill" /><Button onClick={close}>{t("desk.cancel")}</Button><Button type="primary" loading={busy} disabled={!ready} onClick={() => void go()}>{t("desk.save")}</Button></div>}>
      <Form className="set-form" layout="vertical" onSubmitCapture={(e) => { e.preventDefault(); if (ready) void go(); }}>{children(problems)}<button type="submit" hidden /></Form>
    </Drawer>
  );
}

/** Item is a labelled control with its problem. */
export function Item({ id, label, problem, help, must, children }: { id: string; label: string; problem?: string; help?: string; must?: boolean; children: ReactNode }) {
  return <Form.Item label={label} htmlFor={id} required={must} validateStatus={problem ? "error" : undefined} help={problem || help}>{children}</Form.Item>;
}
