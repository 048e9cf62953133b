// What is asked about views: a name and for whom, and the order of all tabs.
import { DeleteOutlined, EditOutlined, EyeInvisibleOutlined, EyeOutlined, StarFilled, StarOutlined } from "@ant-design/icons";
import { Alert, Button, Checkbox, Input, Modal, Radio } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { post, Problem } from "../../api/client";
import type { RecordType } from "../../api/types";
import { t } from "../../i18n";
import { useKnown } from "../../model";
import { sentence } from "../../saving";
import type { Layout, ListView, Views } from "./saved";
import { Sortable } from "./sortable";

/** Named is what a person says of a view. */
export interface Named { name: string; shared: string; first: boolean }

/** ViewDialog asks for a view's name and who may use it. */
export function ViewDialog({ type, old, first, close, save }: { type: RecordType; old?: ListView; first: boolean; close: () => void; save: (n: Named) => Promise<void> }) {
  const { session } = useKnown();
  const [named, setNamed] = useState<Named>({ name: old?.label ?? "", shared: String(old?.saved?.shared ?? "own"), first });
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  // Sharing with everybody is a right; a rehearsal tells whether this person has it.
  const all = useQuery({
    queryKey: ["may-share", session.user.id], staleTime: 600_000, retry: false,
    queryFn: () => post("/saved_view?dry_run=true", { name: "?", of: type.name, shared: "all" }).then(() => true, (e: unknown) => { if (e instanceof Problem && e.status === 403) return false; throw e; }),
  });
  const department = session.user.department?.title;
  const go = async () => {
    if (!named.name.trim()) return;
    setBusy(true);
    try {
      await save({ ...named, name: named.name.trim() });
    } catch (e) {
      setProblem(sentence(e));
      setBusy(false);
    }
  };
  return (
    <Modal open title={t(old ? "views.edit" : "views.save_as")} onCancel={close} onOk={() => void go()} okText={t("act.save")} okButtonProps={{ disabled: !named.name.trim(), loading: busy }} width={440}>
      <form className="lines" onSubmit={(e) => { e.preventDefault(); void go(); }}>
        <Input autoFocus aria-label={t("views.name")} placeholder={t("views.name")} maxLength={40} value={named.name} onChange={(e) => setNamed({ ...named, name: e.target.value })} />
        <Radio.Group aria-label={t("views.who")} value={named.shared} onChange={(e) => setNamed({ ...named, shared: e.target.value as string })} className="view-who">
          <Radio value="own">{t("views.own")}</Radio>
          <Radio value="department" disabled={!department}>{t("views.department", { what: department ?? "" })}</Radio>
          <Radio value="all" disabled={all.data !== true}>{t("views.all")}{all.data === false && <small> {t("views.all_needs")}</small>}</Radio>
        </Radio.Group>
        <Checkbox checked={named.first} onChange={(e) => setNamed({ ...named, first: e.target.checked })}>{t("views.first")}</Checkbox>
        {!old && <p className="quiet">{t("views.what")}</p>}
        {problem && <Alert type="error" showIcon role="alert" title={problem} />}
        <button type="submit" hidden />
      </form>
    </Modal>
  );
}

/** ArrangeDialog orders the tabs, hides them, names the one that opens first. */
export function ArrangeDialog({ views, close, rename, remove }: { views: Views; close: () => void; rename: (v: ListView) => void; remove: (v: ListView) => void }) {
  const { session } = useKnown();
  const [moment, setMoment] = useState<string[] | null>(null);
  const keys = moment ?? views.all.map((v) => v.key);
  const byKey = (k: string) => views.all.find((v) => v.key === k)!;
  const put = (change: (l: Layout) => Layout) => void views.arrange(change);
  return (
    <Modal open title={t("views.arrange")} onCancel={close} footer={<Button type="primary" onClick={close}>{t("act.close")}</Button>} width={520}>
      <div className="arrange">
        <Sortable ids={keys.filter(byKey)} labelOf={(k) => byKey(k).label} onMove={(order) => { setMoment(order); put((l) => ({ ...l, order })); }}>
          {(k) => {
            const v = byKey(k);
            const mine = v.saved?.owner?.id === session.user.id || (!!v.saved && session.user.admin);
            const hidden = views.layout.hidden?.includes(k);
            return (
              <>
                <span className={"grow" + (hidden ? " quiet" : "")}>{v.label} <small>{v.saved ? t("views.by_" + String(v.saved.shared ?? "own"), { who: v.saved.owner?.title ?? "" }) : t("views.of_pack")}</small></span>
                <Button type="text" size="small" aria-pressed={v === views.first} aria-label={`${t("views.first")} ${v.label}`} title={t("views.first")} icon={v === views.first ? <StarFilled /> : <StarOutlined />} onClick={() => put((l) => ({ ...l, first: k }))} />
                <Button type="text" size="small" aria-pressed={!hidden} aria-label={`${t("views.show")} ${v.label}`} title={t(hidden ? "views.show" : "views.hide")} disabled={v === views.first} icon={hidden ? <EyeInvisibleOutlined /> : <EyeOutlined />} onClick={() => put((l) => ({ ...l, hidden: hidden ? l.hidden?.filter((x) => x !== k) : [...(l.hidden ?? []), k] }))} />
                <Button type="text" size="small" aria-label={`${t("views.edit")} ${v.label}`} title={t("views.edit")} disabled={!mine} icon={<EditOutlined />} onClick={() => rename(v)} />
                <Button type="text" size="small" aria-label={`${t("views.delete")} ${v.label}`} title={t("views.delete")} disabled={!mine} icon={<DeleteOutlined />} onClick={() => remove(v)} />
              </>
            );
          }}
        </Sortable>
        <p className="quiet">{t("views.arrange_says")}</p>
      </div>
    </Modal>
  );
}
