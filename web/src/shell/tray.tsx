// The tray of long work: how far, how fast, how long still; stopped or undone
// here. It stays over page changes, and reads the same after a reload.
import { CheckCircleFilled, CloseCircleFilled, CloseOutlined, DownOutlined, LoadingOutlined, MinusCircleFilled, StopOutlined } from "@ant-design/icons";
import { Button, Modal } from "antd";
import { useEffect, useRef, useState } from "react";
import { Link, useLocation } from "react-router";
import { durationText } from "../format";
import { t } from "../i18n";
import { useNotify } from "../saving";
import { useWork, type Work } from "./work";

const signs: Record<Work["state"], React.ReactNode> = {
  running: <LoadingOutlined className="ac" />, waiting: <LoadingOutlined />, done: <CheckCircleFilled className="grn" />, failed: <CloseCircleFilled className="red" />, cancelled: <MinusCircleFilled className="amb" />,
};

export function Tray() {
  const { work, clear } = useWork();
  const place = useLocation();
  const [open, setOpen] = useState(false);
  const busy = work.filter((w) => w.state === "running" || w.state === "waiting");
  const before = useRef(0);
  useEffect(() => {
    if (busy.length > before.current && !place.pathname.startsWith("/imports")) setOpen(true);
    before.current = busy.length;
  }, [busy.length, place.pathname]);
  if (!work.length) return null;
  const label = busy.length ? t("tray.busy", { n: busy.length }) : t("tray.title");
  return (
    <>
      <Button type="text" className="counted work" aria-label={label} title={label} aria-expanded={open} icon={busy.length ? <><LoadingOutlined /><sup aria-hidden="true">{busy.length}</sup></> : <CheckCircleFilled className="grn" />} onClick={() => setOpen(!open)} />
      {open && (
        <section className="tray" aria-label={t("tray.title")}>
          <header>
            <b>{t("tray.title")}</b> <small>{work.length}</small><span className="grow" />
            {work.length > busy.length && <button type="button" className="as-link" onClick={clear}>{t("tray.clear")}</button>}
            <button type="button" className="as-link" aria-label={t("tray.fold")} onClick={() => setOpen(false)}>{t("tray.fold")} <DownOutlined aria-hidden="true" /></button>
          </header>
          <ul>{work.map((w) => <Line key={w.key} of={w} />)}</ul>
        </section>
      )}
    </>
  );
}

function Line({ of }: { of: Work }) {
  const notify = useNotify();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const act = async (f: () => Promise<unknown>) => {
    setBusy(true);
    await f().catch(notify.failed);
    setBusy(false);
    setAsking(false);
  };
  const going = of.state === "running" || of.state === "waiting";
  const part = of.total ? Math.min(100, (100 * of.done) / of.total) : 0;
  const count = of.says || (of.total ? t("tray.of", { done: of.done.toLocaleString("en"), all: of.total.toLocaleString("en") }) : of.done ? of.done.toLocaleString("en") : "");
  const pace = [of.rate >= 1 ? t("tray.rate", { n: Math.round(of.rate).toLocaleString("en") }) : "", of.left >= 1 ? t("tray.left", { time: durationText(of.left) }) : ""].filter(Boolean).join(t("tray.comma"));
  return (
    <li className={of.state}>
      <div className="tray-line">
        <span aria-hidden="true">{signs[of.state]}</span>
        <span className="tray-title" title={of.title}>{of.to ? <Link to={of.to}>{of.title}</Link> : of.title}</span>
        {going && of.stop && <Button type="text" size="small" disabled={busy} aria-label={t("tray.stop", { what: of.title })} title={t("tray.stop", { what: of.title })} icon={of.key.startsWith("file-") ? <CloseOutlined /> : <StopOutlined />} onClick={() => void act(of.stop!)} />}
        {of.again && <button type="button" className="as-link" disabled={busy} title={t("tray.again_says")} onClick={() => void act(of.again!)}>{t("act.again")}</button>}
        {!going && of.undo && <button type="button" className="as-link" disabled={busy} onClick={() => setAsking(true)}>{t("act.undo")}</button>}
      </div>
      {going && <div className={"tray-rail" + (of.total ? "" : " unknown")} role="progressbar" aria-label={of.title} aria-valuemin={0} aria-valuemax={100} aria-valuenow={of.total ? Math.round(part) : undefined}><i style={of.total ? { width: `${part}%` } : undefined} /></div>}
      <div className="tray-pace"><span className={of.state === "failed" ? "red" : ""}>{going || of.says ? count : t("tray." + of.state)}</span><span>{going ? (of.state === "waiting" ? t("tray.waiting") : pace) : ""}</span></div>
      {asking && <Modal open title={t("tray.undo_ask", { what: of.title })} onCancel={() => setAsking(false)} onOk={() => void act(of.undo!)} okText={t("act.undo")} cancelText={t("act.cancel")} confirmLoading={busy} width={420}>{t("tray.undo_says")}</Modal>}
    </li>
  );
}
