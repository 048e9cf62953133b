// Files that hang on a record: dropped, pasted or chosen, seen and saved.
import { DeleteOutlined, FileImageOutlined, FileOutlined, FilePdfOutlined, UploadOutlined } from "@ant-design/icons";
import { App, Button, Progress } from "antd";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { ask, get, upload } from "../api/client";
import type { FileInfo, Rec, RecordType } from "../api/types";
import { momentText, sizeText } from "../format";
import { t } from "../i18n";
import { useNotify } from "../saving";

export function Files({ type, rec }: { type: RecordType; rec: Rec }) {
  const client = useQueryClient();
  const notify = useNotify();
  const { modal } = App.useApp();
  const input = useRef<HTMLInputElement>(null);
  const [sending, setSending] = useState<Record<string, number>>({});
  const [over, setOver] = useState(false);
  const path = `/${type.name}/${rec.id}/files`;
  const list = useQuery({ queryKey: ["files", type.name, rec.id], queryFn: ({ signal }) => get<{ items: FileInfo[] | null }>(path, signal) });
  const may = rec.rights?.update !== false && !rec.archived_at;
  const send = async (files: Iterable<File>) => {
    for (const f of files) {
      try {
        await upload(path, f, (d) => setSending((s) => ({ ...s, [f.name]: d })));
        notify.said(t("files.added", { what: f.name }));
      } catch (e) {
        notify.failed(e);
      }
      setSending(({ [f.name]: _, ...rest }) => rest);
    }
    void client.invalidateQueries({ queryKey: ["files", type.name, rec.id] });
  };
  const remove = (f: FileInfo) => modal.confirm({
    title: t("files.remove_ask", { what: f.name }), okText: t("act.remove"), okButtonProps: { danger: true }, cancelText: t("act.cancel"),
    onOk: () => ask("DELETE", `${path}/${f.id}`).then(() => client.invalidateQueries({ queryKey: ["files", type.name, rec.id] })).catch(notify.failed),
  });
  const items = list.data?.items ?? [];
  if (!may && !items.length) return null;
  return (
    <section className={"files" + (over ? " over" : "")} aria-label={t("files.label")} onDragOver={(e) => { e.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)}
      onDrop={(e) => { e.preventDefault(); setOver(false); if (may) void send(e.dataTransfer.files); }} onPaste={(e) => { if (may && e.clipboardData.files.length) void send(e.clipboardData.files); }}>
      <header>
        <h2>{t("files.label")} <small>{items.length || ""}</small></h2>
        {may && <Button type="link" size="small" icon={<UploadOutlined />} onClick={() => input.current?.click()}>{t("files.add")}</Button>}
        <input ref={input} type="file" multiple hidden aria-label={t("files.add")} onChange={(e) => { if (e.target.files) void send(e.target.files); e.target.value = ""; }} />
      </header>
      <ul>
        {items.map((f) => (
          <li key={f.id}>
            {/pdf$/.test(f.name) ? <FilePdfOutlined /> : /\.(png|jpe?g|gif|webp)$/i.test(f.name) ? <FileImageOutlined /> : <FileOutlined />}
            <a href={`/api/v1${path}/${f.id}`} target="_blank" rel="noreferrer">{f.name}</a>
            <small>{sizeText(f.size)}{f.created_at ? " · " + momentText(f.created_at, true) : ""}</small>
            {may && <Button type="text" size="small" aria-label={t("files.remove", { what: f.name })} icon={<DeleteOutlined />} onClick={() => remove(f)} />}
          </li>
        ))}
      </ul>
      {Object.entries(sending).map(([name, d]) => <div key={name}>{name}<Progress size="small" percent={Math.round(d * 100)} /></div>)}
      {may && !items.length && <p className="quiet none">{t("files.drop")}</p>}
    </section>
  );
}
