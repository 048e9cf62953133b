// The departments as a tree: branches carry their own numbers and rights.
import { PlusOutlined } from "@ant-design/icons";
import { Button, Checkbox, Input, Select } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { patch, post } from "../../api/client";
import { t } from "../../i18n";
import "../../i18n/company";
import { Card, Failed, Loading } from "../desk";
import { departmentOptions, Item, personOptions, SidePanel, useDepartments, usePeople, type Department } from "./parts";

export function Departments() {
  const tree = useDepartments();
  const people = usePeople();
  const [editing, setEditing] = useState<Partial<Department> | null>(null);
  const [archived, setArchived] = useState(false);
  const members = useMemo(() => {
    const n = new Map<string, number>();
    for (const p of people.list) if (p.department) n.set(p.department, (n.get(p.department) ?? 0) + 1);
    return n;
  }, [people.list]);
  const rows = tree.rows.filter((r) => archived || !r.d.archived);
  return (
    <Card flush label={t("set.departments")}>
      <div className="set-bar">
        <span className="second">{t("set.tree_says")}</span>
        <span className="desk-fill" />
        {tree.list.some((d) => d.archived) && <Checkbox checked={archived} onChange={(e) => setArchived(e.target.checked)}>{t("set.with_archived")}</Checkbox>}
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing({ parent: rows[0]?.d.id })}>{t("set.new_department")}</Button>
      </div>
      {tree.isPending ? <Loading /> : tree.isError ? <Failed error={tree.error} again={() => void tree.refetch()} /> : rows.length === 0 ? <div className="empty"><p>{t("set.no_departments")}</p></div> : (
        <table className="deskt cardy">
          <thead><tr><th>{t("set.name")}</th><th>{t("set.code_short")}</th><th>{t("set.head")}</th><th className="num">{t("set.members")}</th><th><span className="soft" /></th></tr></thead>
          <tbody>
            {rows.map(({ d, depth }) => (
              <tr key={d.id} className={"can" + (d.archived ? " off" : "")} onClick={() => setEditing(d)}>
                <td><span className="set-deep" style={{ paddingInlineStart: depth * 22 }}>{depth > 0 && <i aria-hidden="true" />}<button type="button" className="as-link" onClick={(e) => { e.stopPropagation(); setEditing(d); }}>{d.name}</button>{d.branch && <span className="tag ac">{t("set.branch")}</span>}{d.archived && <span className="tag">{t("set.archived")}</span>}</span></td>
                <td className="second">{d.code}</td>
                <td data-label={t("set.head")}>{people.byId.get(d.manager ?? "")?.name}</td>
                <td className="num" data-label={t("set.members")}>{members.get(d.id) ?? null}</td>
                <td className="acts"><Button type="link" size="small" icon={<PlusOutlined />} onClick={(e) => { e.stopPropagation(); setEditing({ parent: d.id }); }}>{t("set.below")}</Button></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {editing && <Panel key={editing.id ?? "new"} of={editing} close={() => setEditing(null)} />}
    </Card>
  );
}

function Panel({ of, close }: { of: Partial<Department>; close: () => void }) {
  const client = useQueryClient();
  const tree = useDepartments();
  const people = usePeople();
  const [v, setV] = useState<Partial<Department>>(of);
  const set = (change: Partial<Department>) => setV((old) => ({ ...old, ...change }));
  const save = async () => {
    const body = { name: v.name ?? "", code: v.code ?? "", parent: v.parent ?? "", branch: !!v.branch, manager: v.manager ?? "" };
    if (!of.id) await post("/sys/departments", body);
    else {
      const all: Record<string, unknown> = { ...body, archived: !!v.archived };
      const before = of as Record<string, unknown>;
      await patch(`/sys/departments/${of.id}`, Object.fromEntries(Object.entries(all).filter(([k, x]) => x !== (before[k] ?? (typeof x === "boolean" ? false : "")))));
    }
    void client.invalidateQueries({ queryKey: ["departments"] });
  };
  const above = tree.rows.filter((r) => r.d.id !== of.id);
  return (
    <SidePanel title={of.id ? t("set.edit_department", { name: of.name ?? "" }) : t("set.new_department")} close={close} save={save} ready={!!v.name?.trim()}>
      {(problems) => (
        <>
          <Item id="d-name" label={t("set.name")} must problem={problems.name}><Input id="d-name" value={v.name ?? ""} onChange={(e) => set({ name: e.target.value })} /></Item>
          <Item id="d-parent" label={t("set.above")} problem={problems.parent}><Select id="d-parent" aria-label={t("set.above")} allowClear style={{ width: "100%" }} showSearch={{ optionFilterProp: "label" }} value={v.parent || undefined} options={departmentOptions(above)} onChange={(x) => set({ parent: x ?? "" })} /></Item>
          <div className="set-two">
            <Item id="d-code" label={t("set.code_short")} problem={problems.code} help={t("set.code_help")}><Input id="d-code" value={v.code ?? ""} onChange={(e) => set({ code: e.target.value })} /></Item>
            <Item id="d-manager" label={t("set.head")} problem={problems.manager}><Select id="d-manager" aria-label={t("set.head")} allowClear style={{ width: "100%" }} showSearch={{ optionFilterProp: "label" }} value={v.manager || undefined} options={personOptions(people.list)} onChange={(x) => set({ manager: x ?? "" })} /></Item>
          </div>
          <p><Checkbox checked={!!v.branch} onChange={(e) => set({ branch: e.target.checked })}>{t("set.is_branch")}</Checkbox></p>
          {of.id && <p><Checkbox checked={!!v.archived} onChange={(e) => set({ archived: e.target.checked })}>{t("set.is_archived")}</Checkbox></p>}
        </>
      )}
    </SidePanel>
  );
}
