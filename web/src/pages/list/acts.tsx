// What can be done with a view: kept under a name, changed, shared, taken away
// and brought back.
import { lazy, Suspense, useState, type ReactNode } from "react";
import type { MenuProps } from "antd";
import { ask, patch, post } from "../../api/client";
import type { Rec, RecordType } from "../../api/types";
import { t } from "../../i18n";
import { useKnown } from "../../model";
import { useNotify } from "../../saving";
import type { Named } from "./dialogs";
import type { ListView, Views } from "./saved";
import type { ListState } from "./state";

const ViewDialog = lazy(() => import("./dialogs").then((m) => ({ default: m.ViewDialog })));
const ArrangeDialog = lazy(() => import("./dialogs").then((m) => ({ default: m.ArrangeDialog })));

export function useViewActs(type: RecordType, views: Views, s: ListState) {
  const { session } = useKnown();
  const notify = useNotify();
  const [dialog, setDialog] = useState<{ what: "save" } | { what: "edit"; view: ListView } | null>(null);
  const [arranging, setArranging] = useState(false);
  const { view } = s;
  const mine = (v: ListView) => !!v.saved && (v.saved.owner?.id === session.user.id || session.user.admin);
  const shown = () => ({ base: view.base ?? null, filter: s.filter || null, sort: s.sort || null, group: s.group || null, kanban: s.kanban || null, archived: s.archived === "only" || null, columns: s.specs });
  const asFirst = (key: string, first: boolean) => { if (first !== (views.layout.first === key)) void views.arrange((l) => ({ ...l, first: first ? key : undefined })); };
  const save = async (n: Named) => {
    const rec = await post<Rec>("/saved_view", { name: n.name, of: type.name, shared: n.shared, ...shown() });
    if (n.first) asFirst(rec.id, true);
    await views.reload();
    setDialog(null);
    s.restore({ view: rec.id, cols: undefined }, true);
    notify.said(t("views.saved", { what: n.name }), () => void remove(rec.id));
  };
  const edit = async (v: ListView, n: Named) => {
    await patch<Rec>(`/saved_view/${v.key}`, { name: n.name, shared: n.shared });
    asFirst(v.key, n.first);
    await views.reload();
    setDialog(null);
  };
  const update = async () => {
    try {
      const stored = await patch<Rec>(`/saved_view/${view.key}`, shown());
      await views.reload();
      s.restore();
      if (views.layout.columns?.[view.key]) s.setColumns(undefined);
      notify.said(t("views.updated", { what: view.label }), () => void undo(stored));
    } catch (e) {
      notify.failed(e);
    }
  };
  const undo = async (rec: Rec) => {
    try {
      await post(`/saved_view/${rec.id}:undo`, { rev: rec.rev });
      await views.reload();
      notify.said(t("said.undone"));
    } catch (e) {
      notify.failed(e);
    }
  };
  const remove = async (id: string) => {
    try {
      await ask("DELETE", `/saved_view/${id}`);
      if (view.key === id) s.restore({ view: undefined });
      await views.reload();
      const label = views.all.find((v) => v.key === id)?.label ?? "";
      notify.said(t("views.deleted", { what: label }), () => void bring(id));
    } catch (e) {
      notify.failed(e);
    }
  };
  const bring = async (id: string) => {
    try {
      await post(`/saved_view/${id}:restore`, {});
      await views.reload();
      s.set({ view: id });
      notify.said(t("said.undone"));
    } catch (e) {
      notify.failed(e);
    }
  };
  const items: MenuProps["items"] = [
    ...(s.changed || s.ownColumns ? [{ key: "save", label: t("views.save_as"), onClick: () => setDialog({ what: "save" }) }] : [{ key: "save", label: t("views.save_copy"), onClick: () => setDialog({ what: "save" }) }]),
    ...(mine(view) ? [
      { key: "update", label: t("views.update"), disabled: !s.changed && !s.ownColumns, onClick: () => void update() },
      { key: "edit", label: t("views.edit"), onClick: () => setDialog({ what: "edit", view }) },
    ] : []),
    { key: "first", label: t("views.first"), disabled: view === views.first, onClick: () => asFirst(view.key, true) },
    { key: "arrange", label: t("views.arrange"), onClick: () => setArranging(true) },
    ...(mine(view) ? [{ type: "divider" as const }, { key: "delete", danger: true, label: t("views.delete"), onClick: () => void remove(view.key) }] : []),
  ];
  const dialogs: ReactNode = (
    <Suspense fallback={null}>
      {arranging && <ArrangeDialog views={views} close={() => setArranging(false)} rename={(v) => setDialog({ what: "edit", view: v })} remove={(v) => void remove(v.key)} />}
      {dialog && <ViewDialog type={type} old={dialog.what === "edit" ? dialog.view : undefined} first={dialog.what === "edit" && views.layout.first === dialog.view.key} close={() => setDialog(null)} save={(n) => (dialog.what === "edit" ? edit(dialog.view, n) : save(n))} />}
    </Suspense>
  );
  return { items, dialogs, saveAs: () => setDialog({ what: "save" }), update: mine(view) ? update : undefined };
}
