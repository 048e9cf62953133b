// Settings: people, departments, rights, types to read, the log, and work in
// the background.
import { PlusOutlined } from "@ant-design/icons";
import { App, Button, Form, Input, Modal, Select, Switch } from "antd";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Fragment, useState, type ReactNode } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { get, patch, post, Problem, query } from "../api/client";
import type { FieldProblem } from "../api/types";
import { fullMoment, momentText, numberText } from "../format";
import { t } from "../i18n";
import { recordPath, useKnown } from "../model";
import { sentence, useNotify } from "../saving";

const parts = { users: Users, departments: Departments, roles: Roles, types: Types, audit: Audit, jobs: Jobs } as const;

export default function Settings() {
  const { part = "users" } = useParams();
  const navigate = useNavigate();
  const Part = parts[part as keyof typeof parts] ?? Users;
  return (
    <div className="paper">
      <div className="paper-head"><h1>{t("settings.title")}</h1></div>
      <div className="tabs sub-tabs" role="tablist" aria-label={t("settings.title")}>
        {Object.keys(parts).map((p) => <button key={p} type="button" role="tab" aria-selected={p === part} onClick={() => void navigate("/settings/" + p)}>{t("settings." + p)}</button>)}
      </div>
      <Part />
    </div>
  );
}

interface User { id: string; username: string; name: string; department?: string; manager?: string; email?: string; phone?: string; roles?: string[]; active: boolean; signed_in_at?: string }
interface Department { id: string; name: string; code?: string; parent?: string; branch: boolean; manager?: string; archived?: boolean }

const useDepartments = () => useQuery({ queryKey: ["departments"], queryFn: ({ signal }) => get<{ items: Department[] }>("/sys/departments", signal) });

function Sheet({ head, children, title, act }: { head: string[]; children: ReactNode; title: string; act?: ReactNode }) {
  return (
    <section className="card related">
      <header><h2>{title}</h2>{act}</header>
      <div className="scroll"><table className="plain rows"><thead><tr>{head.map((h) => <th key={h} scope="col">{h}</th>)}</tr></thead><tbody>{children}</tbody></table></div>
    </section>
  );
}

const Refused = ({ error }: { error: unknown }) => <div className="card nothing" role="alert">{sentence(error)}</div>;

function Users() {
  const { session, schema } = useKnown();
  const [q, setQ] = useState("");
  const [editing, setEditing] = useState<Partial<User> | null>(null);
  const users = useQuery({ queryKey: ["users", q], queryFn: ({ signal }) => get<{ items: User[] }>("/sys/users" + query({ q, inactive: "true", page_size: 500 }), signal) });
  const departments = useDepartments();
  const name = (id?: string) => departments.data?.items.find((d) => d.id === id)?.name ?? "";
  const role = (r: string) => schema.roles.find((x) => x.name === r)?.label ?? r;
  if (users.isError) return <Refused error={users.error} />;
  const admin = session.user.admin;
  return (
    <>
      <Sheet title={t("settings.users")} head={[t("user.name"), t("user.username"), t("user.department"), t("user.roles"), t("user.phone"), t("user.seen"), t("user.state")]}
        act={<span style={{ display: "flex", gap: 8 }}><Input size="small" allowClear aria-label={t("user.search")} placeholder={t("user.search")} value={q} onChange={(e) => setQ(e.target.value)} />{admin && <Button size="small" type="primary" icon={<PlusOutlined />} onClick={() => setEditing({ active: true })}>{t("user.new")}</Button>}</span>}>
        {users.data?.items.map((u) => (
          <tr key={u.id} tabIndex={admin ? 0 : undefined} onClick={() => admin && setEditing(u)} onKeyDown={(e) => { if (admin && e.key === "Enter") setEditing(u); }}>
            <td>{u.name}</td><td className="quiet">{u.username}</td><td>{name(u.department)}</td><td>{u.roles?.map(role).join("、")}</td><td>{u.phone}</td><td>{u.signed_in_at ? momentText(u.signed_in_at) : ""}</td><td>{t(u.active ? "user.active" : "user.inactive")}</td>
          </tr>
        ))}
      </Sheet>
      {editing && <UserForm user={editing} users={users.data?.items ?? []} departments={departments.data?.items ?? []} close={() => setEditing(null)} />}
    </>
  );
}

function UserForm({ user, users, departments, close }: { user: Partial<User>; users: User[]; departments: Department[]; close: () => void }) {
  const { schema } = useKnown();
  const client = useQueryClient();
  const notify = useNotify();
  const { modal } = App.useApp();
  const [v, setV] = useState<Partial<User> & { password?: string }>(user);
  const [problems, setProblems] = useState<FieldProblem[]>([]);
  const set = (k: string, x: unknown) => setV({ ...v, [k]: x });
  const at = (p: string) => problems.find((x) => x.path === p)?.message;
  const save = async () => {
    const { username, name, department, manager, roles, email, phone, password, active } = v;
    const body = { username, name, department: department ?? "", manager: manager ?? "", roles: roles ?? [], email: email ?? "", phone: phone ?? "" };
    try {
      if (user.id) await patch(`/sys/users/${user.id}`, { ...body, active });
      else await post("/sys/users", { ...body, password: password ?? "" });
      notify.said(t("said.saved", { what: name ?? "" }));
      void client.invalidateQueries({ queryKey: ["users"] });
      close();
    } catch (e) {
      setProblems(e instanceof Problem ? e.errors : []);
      if (!(e instanceof Problem) || !e.errors.length) notify.failed(e);
    }
  };
  const reset = async () => {
    try {
      const r = await post<{ code: string }>(`/sys/users/${user.id}/password-reset`);
      modal.info({ title: t("user.reset_code"), content: <><p className="mono" style={{ fontSize: 18 }}>{r.code}</p><p>{t("user.reset_says")}</p></>, okText: t("act.close") });
    } catch (e) {
      notify.failed(e);
    }
  };
  const item = (k: string, node: ReactNode) => <Form.Item label={t("user." + k)} htmlFor={"u-" + k} validateStatus={at(k) ? "error" : undefined} help={at(k)} style={{ marginBottom: 12 }}>{node}</Form.Item>;
  const text = (k: "name" | "username" | "email" | "phone") => item(k, <Input id={"u-" + k} value={v[k] ?? ""} onChange={(e) => set(k, e.target.value)} />);
  return (
    <Modal open title={user.id ? user.name : t("user.new")} onCancel={close} onOk={() => void save()} okText={t("act.save")} width={520}>
      <Form layout="vertical">
        <div className="form-grid">
          {text("name")}{text("username")}
          {!user.id && item("password", <Input.Password id="u-password" autoComplete="new-password" value={v.password ?? ""} onChange={(e) => set("password", e.target.value)} />)}
          {item("department", <Select id="u-department" allowClear showSearch={{ optionFilterProp: "label" }} value={v.department || undefined} options={departments.filter((d) => !d.archived).map((d) => ({ value: d.id, label: d.name }))} onChange={(x) => set("department", x)} />)}
          {item("manager", <Select id="u-manager" allowClear showSearch={{ optionFilterProp: "label" }} value={v.manager || undefined} options={users.filter((u) => u.id !== user.id).map((u) => ({ value: u.id, label: u.name }))} onChange={(x) => set("manager", x)} />)}
          {item("roles", <Select id="u-roles" mode="multiple" showSearch={{ optionFilterProp: "label" }} value={v.roles ?? []} options={[...schema.roles.map((r) => ({ value: r.name, label: r.label ?? r.name })), ...(schema.roles.some((r) => r.name === "administrator") ? [] : [{ value: "administrator", label: t("user.administrator") }])]} onChange={(x) => set("roles", x)} />)}
          {text("phone")}{text("email")}
          {user.id && item("active", <Switch id="u-active" checked={v.active} onChange={(x) => set("active", x)} />)}
        </div>
        {user.id && <Button type="link" style={{ padding: 0 }} onClick={() => void reset()}>{t("user.reset")}</Button>}
      </Form>
    </Modal>
  );
}

function Departments() {
  const { session } = useKnown();
  const list = useDepartments();
  const client = useQueryClient();
  const notify = useNotify();
  const [editing, setEditing] = useState<Partial<Department> | null>(null);
  if (list.isError) return <Refused error={list.error} />;
  const all = list.data?.items ?? [];
  const rows: [Department, number][] = [];
  const walk = (parent: string, depth: number) => all.filter((d) => (d.parent ?? "") === parent).forEach((d) => { rows.push([d, depth]); walk(d.id, depth + 1); });
  walk("", 0);
  const save = async () => {
    const { id, name, code, parent, branch } = editing!;
    try {
      const body = { name: name ?? "", code: code ?? "", parent: parent ?? "", branch: branch ?? false };
      if (id) await patch(`/sys/departments/${id}`, body);
      else await post("/sys/departments", body);
      setEditing(null);
      void client.invalidateQueries({ queryKey: ["departments"] });
    } catch (e) {
      notify.failed(e);
    }
  };
  return (
    <>
      <Sheet title={t("settings.departments")} head={[t("department.name"), t("department.code"), t("department.branch")]} act={session.user.admin && <Button size="small" type="primary" icon={<PlusOutlined />} onClick={() => setEditing({})}>{t("department.new")}</Button>}>
        {rows.map(([d, depth]) => (
          <tr key={d.id} tabIndex={session.user.admin ? 0 : undefined} onClick={() => session.user.admin && setEditing(d)}><td><span className="indent" style={{ width: depth * 20 }} />{d.name}{d.archived ? ` (${t("record.archived")})` : ""}</td><td className="quiet">{d.code}</td><td>{d.branch ? t("field.yes") : ""}</td></tr>
        ))}
      </Sheet>
      {editing && (
        <Modal open title={editing.id ? editing.name : t("department.new")} onCancel={() => setEditing(null)} onOk={() => void save()} okText={t("act.save")} width={400}>
          <Form layout="vertical">
            <Form.Item label={t("department.name")} htmlFor="d-name"><Input id="d-name" autoFocus value={editing.name ?? ""} onChange={(e) => setEditing({ ...editing, name: e.target.value })} /></Form.Item>
            <Form.Item label={t("department.code")} htmlFor="d-code"><Input id="d-code" value={editing.code ?? ""} onChange={(e) => setEditing({ ...editing, code: e.target.value })} /></Form.Item>
            <Form.Item label={t("department.parent")} htmlFor="d-parent"><Select id="d-parent" allowClear value={editing.parent || undefined} options={all.filter((d) => d.id !== editing.id).map((d) => ({ value: d.id, label: d.name }))} onChange={(x) => setEditing({ ...editing, parent: x ?? "" })} /></Form.Item>
            <Form.Item label={t("department.branch")} htmlFor="d-branch"><Switch id="d-branch" checked={editing.branch} onChange={(x) => setEditing({ ...editing, branch: x })} /></Form.Item>
          </Form>
        </Modal>
      )}
    </>
  );
}

interface Right { type: string; label: string; verbs: { verb: string; scope: string; from: string[] }[]; fields?: Record<string, string> }

const verbs = ["read", "create", "update", "archive", "assign", "export", "import", "history", "reveal"];

function Roles() {
  const { session } = useKnown();
  const [user, setUser] = useState("");
  const users = useQuery({ queryKey: ["users", ""], enabled: session.user.admin, queryFn: ({ signal }) => get<{ items: User[] }>("/sys/users?page_size=500", signal) });
  const roles = useQuery({ queryKey: ["roles", user], queryFn: ({ signal }) => get<{ items: { name: string; label: string; help?: string }[]; rights: Right[] }>("/sys/roles" + query({ user }), signal) });
  if (roles.isError) return <Refused error={roles.error} />;
  return (
    <>
      <Sheet title={t("rights.title")} head={[t("rights.type"), ...verbs.map((v) => t("verb." + v))]}
        act={session.user.admin && <Select size="small" aria-label={t("rights.of")} style={{ width: 180 }} showSearch={{ optionFilterProp: "label" }} value={user || session.user.id} options={(users.data?.items ?? []).map((u) => ({ value: u.id, label: u.name }))} onChange={(x) => setUser(x === session.user.id ? "" : x)} />}>
        {roles.data?.rights.map((r) => (
          <tr key={r.type}><th scope="row">{r.label}</th>{verbs.map((v) => { const x = r.verbs.find((y) => y.verb === v); const key = "scope." + x?.scope; return <td key={v} title={x?.from.join(", ")}>{x ? (t(key) === key ? t("scope.where") : t(key)) : ""}</td>; })}</tr>
        ))}
      </Sheet>
      <Sheet title={t("settings.roles")} head={[t("rights.role"), t("rights.help")]}>{roles.data?.items.map((r) => <tr key={r.name}><td>{r.label}</td><td className="quiet">{r.help}</td></tr>)}</Sheet>
    </>
  );
}

function Types() {
  const { types } = useKnown();
  const [open, setOpen] = useState("");
  return (
    <Sheet title={t("settings.types")} head={[t("rights.type"), t("type.name"), t("type.fields")]}>
      {[...types.values()].map((x) => (
        <Fragment key={x.name}>
          <tr tabIndex={0} aria-expanded={open === x.name} onClick={() => setOpen(open === x.name ? "" : x.name)} onKeyDown={(e) => { if (e.key === "Enter") setOpen(open === x.name ? "" : x.name); }}><td>{x.label}</td><td className="mono quiet">{x.name}</td><td>{x.fields.length}</td></tr>
          {open === x.name && x.fields.map((f) => <tr key={f.name}><td><span className="indent" style={{ width: 20 }} />{f.label}</td><td className="mono quiet">{f.name}</td><td className="quiet">{f.kind}{f.required ? " · " + t("form.required") : ""}{f.sealed ? " · " + t("type.sealed") : ""}</td></tr>)}
        </Fragment>
      ))}
    </Sheet>
  );
}

interface Entry { id: string; at: string; kind: string; action: string; actor_name: string; source: string; type?: string; record?: string; detail?: Record<string, unknown> }

function Audit() {
  const { types } = useKnown();
  const [kind, setKind] = useState("");
  const log = useInfiniteQuery({
    queryKey: ["audit", kind], initialPageParam: "", queryFn: ({ pageParam, signal }) => get<{ items: Entry[]; next_page_token: string }>("/sys/audit" + query({ kind, page_size: 100, page_token: pageParam }), signal), getNextPageParam: (p) => p.next_page_token || undefined,
  });
  if (log.isError) return <Refused error={log.error} />;
  return (
    <>
      <Sheet title={t("settings.audit")} head={[t("audit.at"), t("audit.who"), t("audit.kind"), t("audit.what"), t("audit.source")]}
        act={<Select size="small" aria-label={t("audit.kind")} allowClear placeholder={t("audit.kind")} style={{ width: 140 }} value={kind || undefined} options={["write", "signin", "rights", "look", "export", "import", "system"].map((k) => ({ value: k, label: t("audit.kind." + k) }))} onChange={(k) => setKind(k ?? "")} />}>
        {log.data?.pages.flatMap((p) => p.items).map((e) => (
          <tr key={e.id}><td title={fullMoment(e.at)}>{momentText(e.at)}</td><td>{e.actor_name}</td><td>{t("audit.kind." + e.kind)}</td><td>{e.record && e.type && types.has(e.type) && !types.get(e.type)!.builtin ? <Link to={recordPath(e.type, e.record)}>{types.get(e.type)!.label} {e.action}</Link> : e.action}</td><td className="quiet">{e.source}</td></tr>
        ))}
      </Sheet>
      {log.hasNextPage && <Button type="link" onClick={() => void log.fetchNextPage()}>{t("list.more")}</Button>}
    </>
  );
}

interface Job { id: string; kind: string; state: string; title?: string; note?: string; done: number; total?: number; message?: string; created_at: string }

function Jobs() {
  const { session } = useKnown();
  const jobs = useQuery({ queryKey: ["jobs"], refetchInterval: 3000, queryFn: ({ signal }) => get<{ items: Job[] }>("/sys/jobs" + (session.user.admin ? "?all=true" : ""), signal) });
  if (jobs.isError) return <Refused error={jobs.error} />;
  return (
    <Sheet title={t("settings.jobs")} head={[t("audit.at"), t("job.what"), t("job.state"), t("job.done"), t("job.note")]}>
      {jobs.data?.items.map((j) => <tr key={j.id}><td>{momentText(j.created_at)}</td><td>{j.title || j.kind}</td><td>{t("job.state." + j.state)}</td><td>{j.done ? numberText(j.done) + (j.total ? " / " + numberText(j.total) : "") : ""}</td><td className="quiet">{j.message || j.note}</td></tr>)}
    </Sheet>
  );
}
