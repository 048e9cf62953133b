// Files that hang on a record: dropped, pasted, chosen or photographed; seen
// where they are, removed with a way back.
import { CameraOutlined, DeleteOutlined, DownloadOutlined, FileExcelOutlined, FileImageOutlined, FileOutlined, FilePdfOutlined, FileTextOutlined, FileWordOutlined, UploadOutlined } from "@ant-design/icons";
import { Button, Modal, Progress } from "antd";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { ask, get, post, upload } from "../api/client";
import type { FileInfo, Rec, RecordType } from "../api/types";
import { momentText, sizeText } from "../format";
import { t } from "../i18n";
import { usePhone } from "../mode";
import { useNotify } from "../saving";

const icons: [RegExp, typeof FileOutlined][] = [[/\.pdf$/i, FilePdfOutlined], [/\.(png|jpe?g|gif|webp|heic)$/i, FileImageOutlined], [/\.(xlsx?|csv)$/i, FileExcelOutlined], [/\.docx?$/i, FileWordOutlined], [/\.txt$/i, FileTextOutlined]];
const isImage = (f: FileInfo) => /^image\/(png|jpeg|gif|webp)$/.test(f.mime ?? "");
const isPdf = (f: FileInfo) => f.mime === "application/pdf";

export function Files({ type, rec }: { type: RecordType; rec: Rec }) {
  const client = useQueryClient();
  const notify = useNotify();
  const phone = usePhone();
  const input = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLInputElement>(null);
  const [sending, setSending] = useState<Record<string, number>>({});
  const [over, setOver] = useState(false);
  const [shown, setShown] = useState<FileInfo | null>(null);
  const path = `/${type.name}/${rec.id}/files`;
  const list = useQuery({ queryKey: ["files", type.name, rec.id], queryFn: ({ signal }) => get<{ items: FileInfo[] | null }>(path, signal) });
  const may = rec.rights?.update !== false && !rec.archived_at;
  const again = () => {
    void client.invalidateQueries({ queryKey: ["files", type.name, rec.id] });
    void client.invalidateQueries({ queryKey: ["counts", type.name, rec.id] });
  };
  const send = async (files: File[]) => {
    for (const f of files) {
      try {
        await upload(path, f, (d) => setSending((s) => ({ ...s, [f.name]: d })));
        notify.said(t("files.added", { what: f.name }));
      } catch (e) {
        notify.failed(e);
      }
      setSending(({ [f.name]: _, ...rest }) => rest);
      again();
    }
  };
  const sender = useRef(send);
  sender.current = send;
  useEffect(() => { // a screenshot pasted anywhere on the page, but not into a field
    if (!may) return;
    const paste = (e: ClipboardEvent) => {
      const files = [...(e.clipboardData?.files ?? [])];
      if (!files.length || (e.target as HTMLElement).closest?.("input,textarea")) return;
      e.preventDefault();
      void sender.current(files);
    };
    document.addEventListener("paste", paste);
    return () => document.removeEventListener("paste", paste);
  }, [may]);
  const remove = async (f: FileInfo) => {
    try {
      await ask("DELETE", `${path}/${f.id}`);
      again();
      notify.said(t("files.removed", { what: f.name }), () => void post(`${path}/${f.id}:restore`, {}).then(again).catch(notify.failed));
    } catch (e) {
      notify.failed(e);
    }
  };
  const items = list.data?.items ?? [];
  if (!may && !items.length) return null;
  const take = (e: React.ChangeEvent<HTMLInputElement>) => { void send([...(e.target.files ?? [])]); e.target.value = ""; };
  return (
    <section className={"files" + (over ? " over" : "")} aria-label={t("files.label")} onDragOver={(e) => { if (may) { e.preventDefault(); setOver(true); } }} onDragLeave={() => setOver(false)}
      onDrop={(e) => { e.preventDefault(); setOver(false); if (may) void send([...e.dataTransfer.files]); }}>
      <header>
        <h2>{t("files.label")} <small>{items.length || ""}</small></h2>
        {may && <span>
          {phone && <Button type="link" size="small" icon={<CameraOutlined />} onClick={() => camera.current?.click()}>{t("files.camera")}</Button>}
          <Button type="link" size="small" icon={<UploadOutlined />} onClick={() => input.current?.click()}>{t("files.add")}</Button>
        </span>}
        <input ref={input} type="file" multiple hidden aria-label={t("files.add")} onChange={take} />
        <input ref={camera} type="file" accept="image/*" capture="environment" hidden aria-label={t("files.camera")} onChange={take} />
      </header>
      <ul>
        {items.map((f) => {
          const I = icons.find(([r]) => r.test(f.name))?.[1] ?? FileOutlined;
          const seen = isImage(f) || isPdf(f);
          return (
            <li key={f.id}>
              <I aria-hidden="true" />
              {seen ? <button type="button" className="file-name" onClick={() => setShown(f)}>{f.name}</button> : <a className="file-name" href={`/api/v1${path}/${f.id}`} download={f.name}>{f.name}</a>}
              <small>{sizeText(f.size)}{f.created_at ? " · " + momentText(f.created_at, true) : ""}</small>
              <span className="grow" />
              <Button type="text" size="small" href={`/api/v1${path}/${f.id}`} download={f.name} aria-label={t("files.save", { what: f.name })} icon={<DownloadOutlined />} />
              {may && <Button type="text" size="small" aria-label={t("files.remove", { what: f.name })} icon={<DeleteOutlined />} onClick={() => void remove(f)} />}
            </li>
          );
        })}
      </ul>
      {Object.entries(sending).map(([name, d]) => <div key={name} role="status">{name}<Progress size="small" percent={Math.round(d * 100)} /></div>)}
      {may && <p className="drop-here">{t(phone ? "files.drop_phone" : "files.drop")}</p>}
      {shown && (
        <Modal open width={isPdf(shown) ? 960 : 840} title={shown.name} footer={<Button href={`/api/v1${path}/${shown.id}`} download={shown.name} icon={<DownloadOutlined />}>{t("files.download")}</Button>} onCancel={() => setShown(null)} className="file-shown">
          {isPdf(shown) ? <iframe title={shown.name} src={`/api/v1${path}/${shown.id}#navpanes=0&view=FitH`} /> : <img src={`/api/v1${path}/${shown.id}`} alt={shown.name} />}
        </Modal>
      )}
    </section>
  );
}
