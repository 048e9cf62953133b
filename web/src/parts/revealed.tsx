// A masked value with the eye that opens it.
import { EyeOutlined } from "@ant-design/icons";
import { Button, Input, Modal } from "antd";
import { useState } from "react";
import { post } from "../api/client";
import type { Field, Rec } from "../api/types";
import { kindOf } from "../fields";
import { blank } from "../fields/values";
import { t } from "../i18n";
import { maskText } from "../model";
import { useNotify } from "../saving";

/** Revealed adds the eye that opens a masked value, with a reason, on record. */
export function Revealed({ type, rec, field, value }: { type: string; rec: Rec; field: Field; value: unknown }) {
  const [asking, setAsking] = useState(false);
  const [clear, setClear] = useState<unknown>(null);
  const [reason, setReason] = useState("");
  const notify = useNotify();
  const tail = (rec.sealed as Record<string, string> | undefined)?.[field.name];
  const open = async () => {
    try {
      const r = await post<{ value: unknown }>(`/${type}/${rec.id}:reveal`, { field: field.name, reason });
      setClear(r.value);
      setAsking(false);
    } catch (e) {
      notify.failed(e);
    }
  };
  if (!blank(clear)) return <span className="clear">{kindOf({ ...field, sealed: false, level: "read" }).show(clear, field, "fact")}</span>;
  return (
    <>
      <span className="mask">{tail ?? maskText(value)}</span>
      {rec.rights?.reveal !== false && <Button type="text" size="small" className="eye" aria-label={t("reveal.label", { what: field.label })} icon={<EyeOutlined />} onClick={(e) => { e.stopPropagation(); setAsking(true); }} />}
      {asking && (
        <Modal open title={t("reveal.label", { what: field.label })} onCancel={() => setAsking(false)} onOk={() => void open()} okText={t("reveal.open")} okButtonProps={{ disabled: !reason.trim() }} width={420}>
          <p className="quiet">{t("reveal.says")}</p>
          <Input autoFocus aria-label={t("reveal.reason")} placeholder={t("reveal.reason")} value={reason} onChange={(e) => setReason(e.target.value)} onPressEnter={() => void (reason.trim() && open())} />
        </Modal>
      )}
    </>
  );
}
