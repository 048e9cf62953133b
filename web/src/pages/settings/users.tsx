// The people: who they are, what roles they have, whether they may come in.
import { PlusOutlined, SearchOutlined } from "@ant-design/icons";
import { App, Button, Checkbox, Input, Select } from "antd";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { get, patch, post, query } from "../../api/client";
import { t, languageNames, languages } from "../../i18n";
import { useKnown } from "../../model";
import { useRights, type RoleInfo } from "../../rights";
import { useNotify } from "../../saving";
import { useTyped } from "../../shell/omni";
import { Card, Failed, Loading, State, When } from "../desk";
import { copyText, departmentOptions, Item, personOptions, SidePanel, useDepartments, usePeople, type Person } from "./parts";

export function Users() {
  const typed = useTyped("", 200);
  const [department, setDepartment] = useState<string>();
  const [inactive, setInactive] = useState(false);
  const [editing, setEditing] = useState<Person | "new" | null>(null);
  const departments = useDepartments();
  const people = usePeople(true);
  const roles = useRights().data?.items ?? [];
  const list = useInfiniteQuery({
    queryKey: ["users", typed.settled, department ?? "", inactive], initialPageParam: "",
    queryFn: ({ pageParam, signal }) => get<{ items: Person[]; next_page_token: string }>("/sys/users" + query({ q: typed.settled, department, inactive: inactive ? "true" : undefined, page_size: 100, page_token: pageParam }), signal),
    getNextPageParam: (last) => last.next_page_token || undefined,
  });
  const rows = list.data?.pages.flatMap((p) => p.items) ?? [];
  const roleName = (n: string) => roles.find((r) => r.name === n)?.label ?? n;
  return (
    <Card flush label={t("set.users")}>
      <div className="set-bar">
        <Input prefix={<SearchOutlined />} aria-label={t("set.find_user")} placeholder={t("set.find_user")} style={{ width: 220 }} allowClear {...typed.props} />
        <Select aria-label={t("set.department")} placeholder={t("set.any_department")} allowClear style={{ width: 180 }} showSearch={{ optionFilterProp: "label" }} value={department} options={departmentOptions(departments.rows)} onChange={setDepartment} />
        <Checkbox checked={inactive} onChange={(e) => setInactive(e.target.checked)}>{t("set.with_inactive")}</Checkbox>
        <span className="desk-fill" />
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing("new")}>{t("set.new_user")}</Button>
      </div>
      {list.isPending ? <Loading /> : list.isError ? <Failed error={list.error} again={() => void list.refetch()} /> : rows.length === 0 ? <div className="empty"><p>{t("set.no_user")}</p></div> : (
        <table className="deskt cardy">
          <thead><tr><th>{t("set.person")}</th><th>{t("set.username")}</th><th>{t("set.department")}</th><th>{t("set.role")}</th><th>{t("set.manager")}</th><th>{t("set.signed_in")}</th><th>{t("set.state")}</th></tr></thead>
          <tbody>
            {rows.map((u) => (
              <tr key={u.id} className={"can" + (u.active ? "" : " off")} onClick={() => setEditing(u)}>
                <td><button type="button" className="as-link" onClick={(e) => { e.stopPropagation(); setEditing(u); }}>{u.name}</button></td>
                <td className="second">{u.username}</td>
                <td>{departments.byId.get(u.department ?? "")?.name}</td>
                <td>{(u.roles ?? []).map((r) => <span key={r} className="tag">{roleName(r)}</span>)}</td>
                <td data-label={t("set.manager")}>{people.byId.get(u.manager ?? "")?.name}</td>
                <td className="soft" data-label={t("set.signed_in")}>{u.signed_in_at ? <When at={u.signed_in_at} /> : t("set.never")}</td>
                <td>{u.active ? <State tone={u.has_password ? "grn" : "amb"}>{t(u.has_password ? "set.active" : "set.no_password")}</State> : <State>{t("set.inactive")}</State>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {list.hasNextPage && <div className="more"><button type="button" className="as-link" onClick={() => void list.fetchNextPage()}>{t("desk.more")}</button></div>}
      {editing && <UserPanel key={editing === "new" ? "new" : editing.id} user={editing === "new" ? undefined : editing} roles={roles} close={() => setEditing(null)} />}
    </Card>
  );
}

function UserPanel({ user, roles, close }: { user?: Person; roles: RoleInfo[]; close: () => void }) {
  const client = useQueryClient();
  const departments = useDepartments();
  const people = usePeople();
  const me = useKnown().session.user;
  const [v, setV] = useState<Partial<Person>>(user ?? { roles: [] });
  const set = (change: Partial<Person>) => setV((old) => ({ ...old, ...change }));
  const code = useCode();
  const fresh = () => { for (const k of ["users", "people", "rights"]) void client.invalidateQueries({ queryKey: [k] }); };
  const save = async () => {
    const body = { username: v.username ?? "", name: v.name ?? "", department: v.department ?? "", manager: v.manager ?? "", roles: v.roles ?? [], number: v.number ?? "", email: v.email ?? "", phone: v.phone ?? "", ...(v.lang ? { lang: v.lang } : {}) };
    const changed = user ? Object.fromEntries(Object.entries(body).filter(([k, x]) => JSON.stringify(x) !== JSON.stringify((user as unknown as Record<string, unknown>)[k] ?? (k === "roles" ? [] : "")))) : body;
    const done = user ? await patch<Person>(`/sys/users/${user.id}`, changed) : await post<Person>("/sys/users", body);
    fresh();
    if (!user) await code.make(done);
  };
  const text = (k: "username" | "name" | "number" | "email" | "phone", problems: Record<string, string>, must?: boolean) => (
    <Item id={"u-" + k} label={t(k === "name" ? "set.person" : "set." + k)} must={must} problem={problems[k]}><Input id={"u-" + k} value={v[k] ?? ""} autoComplete="off" onChange={(e) => set({ [k]: e.target.value })} /></Item>
  );
  const title = user ? t("set.edit_user", { name: user.name }) : t("set.new_user");
  return (
    <SidePanel title={title} close={close} save={save} ready={!!v.name?.trim() && !!v.username?.trim()} more={user && user.id !== me.id ? <UserActs user={user} done={() => { fresh(); close(); }} reset={() => code.make(user)} /> : undefined}>
      {(problems) => (
        <>
          <div className="set-two">{text("name", problems, true)}{text("username", problems, true)}</div>
          <Item id="u-roles" label={t("set.role")} problem={problems.roles} help={(v.roles ?? []).map((r) => roles.find((x) => x.name === r)?.help).filter(Boolean).join(" ")}>
            <Select id="u-roles" mode="multiple" aria-label={t("set.role")} style={{ width: "100%" }} value={v.roles ?? []} options={roles.map((r) => ({ value: r.name, label: r.label }))} showSearch={{ optionFilterProp: "label" }} onChange={(x) => set({ roles: x })} />
          </Item>
          <div className="set-two">
            <Item id="u-department" label={t("set.department")} problem={problems.department}><Select id="u-department" aria-label={t("set.department")} allowClear style={{ width: "100%" }} showSearch={{ optionFilterProp: "label" }} value={v.department || undefined} options={departmentOptions(departments.rows)} onChange={(x) => set({ department: x ?? "" })} /></Item>
            <Item id="u-manager" label={t("set.manager")} problem={problems.manager}><Select id="u-manager" aria-label={t("set.manager")} allowClear style={{ width: "100%" }} showSearch={{ optionFilterProp: "label" }} value={v.manager || undefined} options={personOptions(people.list.filter((p) => p.id !== user?.id))} onChange={(x) => set({ manager: x ?? "" })} /></Item>
          </div>
          <div className="set-two">{text("phone", problems)}{text("email", problems)}</div>
          <div className="set-two">
            {text("number", problems)}
            <Item id="u-lang" label={t("set.language")} problem={problems.lang}><Select id="u-lang" aria-label={t("set.language")} style={{ width: "100%" }} value={v.lang || undefined} placeholder={t("set.language_any")} options={languages.map((l) => ({ value: l, label: languageNames[l] }))} onChange={(x) => set({ lang: x })} /></Item>
          </div>
          {!user && <p className="set-hint">{t("set.code_follows")}</p>}
        </>
      )}
    </SidePanel>
  );
}

function UserActs({ user, done, reset }: { user: Person; done: () => void; reset: () => Promise<void> }) {
  const { modal } = App.useApp();
  const notify = useNotify();
  const flip = async () => {
    try {
      await patch(`/sys/users/${user.id}`, { active: !user.active });
      notify.said(t(user.active ? "set.disabled_now" : "set.enabled_now", { name: user.name }));
      done();
    } catch (e) {
      notify.failed(e);
    }
  };
  const ask = () => modal.confirm({ title: t("set.disable_ask", { name: user.name }), content: t("set.disable_says"), icon: null, okText: t("set.disable"), okButtonProps: { danger: true }, cancelText: t("desk.cancel"), onOk: flip });
  return <><Button onClick={() => void reset()}>{t("set.reset")}</Button>{user.active ? <Button danger onClick={ask}>{t("set.disable")}</Button> : <Button onClick={() => void flip()}>{t("set.enable")}</Button>}</>;
}

/** useCode makes a one-time code for a person's password and shows it, once. */
function useCode() {
  const { modal } = App.useApp();
  const notify = useNotify();
  const make = async (p: Person) => {
    try {
      const { code } = await post<{ code: string }>(`/sys/users/${p.id}/password-reset`);
      const copy = () => void copyText(code).then(() => notify.said(t("set.copied")));
      modal.info({
        title: t("set.code_for", { name: p.name }), icon: null, width: 420, okText: t("desk.close"),
        content: <div className="set-code"><output aria-label={t("set.code")}>{code}</output><Button size="small" onClick={copy}>{t("set.copy")}</Button><p>{t("set.code_says", { username: p.username })}</p></div>,
      });
    } catch (e) {
      notify.failed(e);
    }
  };
  return { make };
}
