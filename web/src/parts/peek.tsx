// A record beside its list: arrows move through the rows while it is open,
// facts are edited where they stand.
import { CloseOutlined, DownOutlined, ExpandOutlined, UpOutlined } from "@ant-design/icons";
import { Button, Drawer, Skeleton } from "antd";
import { useEffect } from "react";
import { useNavigate } from "react-router";
import type { RecordType } from "../api/types";
import { t } from "../i18n";
import { usePhone } from "../mode";
import { fieldsOf, recordPath } from "../model";
import { sentence } from "../saving";
import { Facts } from "./facts";
import { Stream } from "./stream";
import { useRecord } from "./record";
import { Marks } from "./marks";
import "../i18n/lists";
import "./peek.css";

interface Props { type: RecordType; id: string; close: () => void; move?: (by: 1 | -1) => void }

/** Peek is the drawer; the list behind it stays in reach. */
export function Peek({ type, id, close, move }: Props) {
  const phone = usePhone();
  useEffect(() => {
    if (!id) return;
    let above = false; // Escape closes what lies on top: a reason that stands open, and only then the drawer
    const before = () => { above = !!document.querySelector(".ant-popover:not(.ant-popover-hidden)"); };
    const on = (e: KeyboardEvent) => {
      const el = e.target as HTMLElement;
      if (e.defaultPrevented || (above && e.key === "Escape") || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName) || el.isContentEditable || el.closest("[role=listbox],[role=menu],.ant-modal")) return;
      if (e.key === "Escape") close();
      else if ((e.key === "ArrowDown" || e.key === "ArrowUp") && move && !el.closest(".grid")) move(e.key === "ArrowDown" ? 1 : -1);
      else return;
      e.preventDefault();
    };
    window.addEventListener("keydown", before, true);
    window.addEventListener("keydown", on);
    return () => { window.removeEventListener("keydown", before, true); window.removeEventListener("keydown", on); };
  }, [id, close, move]);
  return (
    <Drawer open={!!id} onClose={close} mask={phone} keyboard={false} autoFocus={phone} size={phone ? "100%" : 480} title={null} closable={false} styles={{ body: { padding: 0 } }} destroyOnHidden aria-label={t("list.peek")}>
      {id && <Body key={id} type={type} id={id} close={close} move={move} />}
    </Drawer>
  );
}

function Body({ type, id, close, move }: Props) {
  const rec = useRecord(type.name, id);
  const navigate = useNavigate();
  const fields = fieldsOf(type);
  const names = [...new Set([...(type.page?.header ?? []), ...(type.page?.key ?? [])])];
  return (
    <div className="peek-body">
      <header>
        <Button type="text" aria-label={t("act.close")} icon={<CloseOutlined />} onClick={close} />
        {move && <Button type="text" aria-label={t("peek.before")} title={t("peek.before")} icon={<UpOutlined />} onClick={() => move(-1)} />}
        {move && <Button type="text" aria-label={t("peek.after")} title={t("peek.after")} icon={<DownOutlined />} onClick={() => move(1)} />}
        <h2 className="grow">{rec.data?.title}</h2>
        <Button size="small" icon={<ExpandOutlined />} onClick={() => void navigate(recordPath(type.name, id))}>{t("list.open_full")}</Button>
      </header>
      {rec.isError && <p className="nothing" role="alert">{sentence(rec.error)}</p>}
      {rec.isPending && <div className="peek-wait" role="status" aria-label={t("state.loading")}><Skeleton active paragraph={{ rows: 8 }} title={false} /></div>}
      {rec.data && (
        <>
          <div className="peek-marks"><span className="quiet">{rec.data.number}</span> <Marks type={type} rec={rec.data} /></div>
          <Facts type={type} rec={rec.data} fields={names.map((n) => fields.get(n)).filter((f) => !!f)} />
          <Stream type={type} rec={rec.data} limit={12} />
        </>
      )}
    </div>
  );
}
