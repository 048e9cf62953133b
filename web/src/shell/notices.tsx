// The bell: the firm's notices (core's own type), which of them one has read,
// and how many not, in the window's title too. That one has read a notice is a
// record of its own, so that it holds on every device and the author sees it.
import { BellOutlined } from "@ant-design/icons";
import { Button, Drawer, Popover } from "antd";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { Link, useNavigate } from "react-router";
import { get, post, query } from "../api/client";
import type { Listed, Rec, Ref } from "../api/types";
import { momentText } from "../format";
import { t } from "../i18n";
import { usePhone } from "../mode";
import { listPath, recordPath, useKnown } from "../model";

const notice = "notice", receipt = "notice_receipt";

function useNotices() {
  const { types } = useKnown();
  const client = useQueryClient();
  const on = types.has(notice) && types.has(receipt);
  const asked = useQuery({
    queryKey: ["notices"], enabled: on, staleTime: 60_000, refetchInterval: 180_000,
    queryFn: async ({ signal }) => {
      const [list, read] = await Promise.all([
        get<Listed>(`/${notice}` + query({ view: "current", page_size: 20, fields: "subject,kind,body,published_on,pinned", total: "none" }), signal),
        get<Listed>(`/${receipt}` + query({ filter: "reader == me()", order_by: "-created_at", page_size: 200, fields: "notice", total: "none" }), signal),
      ]);
      return { list: list.items, read: new Set(read.items.map((r) => (r.notice as Ref | undefined)?.id ?? "")) };
    },
  });
  const unread = useMemo(() => (asked.data?.list ?? []).filter((n) => !asked.data!.read.has(n.id)), [asked.data]);
  const markRead = async (list: Rec[]) => {
    client.setQueryData<{ list: Rec[]; read: Set<string> }>(["notices"], (old) => old && { ...old, read: new Set([...old.read, ...list.map((n) => n.id)]) });
    for (const n of list) await post(`/${receipt}`, { notice: { id: n.id } }).catch(() => undefined); // read before on another device
  };
  return { on, list: asked.data?.list ?? [], read: asked.data?.read ?? new Set<string>(), unread, markRead };
}

export function Notices() {
  const { on, list, read, unread, markRead } = useNotices();
  const [open, setOpen] = useState(false);
  const phone = usePhone();
  const navigate = useNavigate();
  useEffect(() => {
    const base = document.title.replace(/^\(\d+\) /, "");
    document.title = unread.length ? `(${unread.length}) ${base}` : base;
  }, [unread.length]);
  if (!on) return null;
  const go = (n: Rec) => {
    setOpen(false);
    if (!read.has(n.id)) void markRead([n]);
    void navigate(recordPath(notice, n.id));
  };
  const body = (
    <div className="notices">
      <header><b>{t("shell.notices")}</b>{unread.length > 0 && <button type="button" className="as-link" onClick={() => void markRead(unread)}>{t("shell.read_all")}</button>}</header>
      {list.length === 0 ? <p className="quiet">{t("shell.no_notices")}</p> : (
        <ul>
          {list.map((n) => (
            <li key={n.id} className={read.has(n.id) ? "" : "unread"}>
              <button type="button" onClick={() => go(n)}>
                <span className="notice-title">{!read.has(n.id) && <i className="dot red" aria-label={t("shell.unread")} />}{n.title}</span>
                <span className="notice-body">{String(n.body ?? "")}</span>
                <small>{[n.published_on ? momentText(String(n.published_on)) : "", (n.owner as Ref | undefined)?.title].filter(Boolean).join(" · ")}</small>
              </button>
            </li>
          ))}
        </ul>
      )}
      <footer><Link to={listPath(notice)} onClick={() => setOpen(false)}>{t("shell.all_notices")}</Link></footer>
    </div>
  );
  const label = unread.length ? t("shell.notices_n", { n: unread.length }) : t("shell.notices");
  const button = <Button type="text" className="counted" aria-label={label} aria-expanded={open} icon={<><BellOutlined />{unread.length > 0 && <sup aria-hidden="true">{unread.length}</sup>}</>} onClick={phone ? () => setOpen(true) : undefined} />;
  if (phone) return <>{button}<Drawer open={open} onClose={() => setOpen(false)} size="100%" title={t("shell.notices")} styles={{ body: { padding: 0 } }}>{body}</Drawer></>;
  return <Popover trigger="click" placement="bottomRight" arrow={false} open={open} onOpenChange={setOpen} content={body} styles={{ container: { padding: 0 } }}>{button}</Popover>;
}
