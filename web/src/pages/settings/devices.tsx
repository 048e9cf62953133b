// Where I am signed in, and the tokens made for programs.
import { PlusOutlined } from "@ant-design/icons";
import { App, Button, DatePicker, Input, Modal } from "antd";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import dayjs from "dayjs";
import { useState } from "react";
import { ask, get, post } from "../../api/client";
import { t } from "../../i18n";
import { useNotify } from "../../saving";
import { Card, Failed, Loading, When } from "../desk";
import { copyText, Item } from "./parts";

interface Device { id: string; created_at: string; seen_at: string; expires_at: string; address: string; agent: string; current: boolean }
interface Token { id: string; name: string; hint: string; created_at: string; seen_at?: string; expires_at?: string }

/** agentText is a browser and a system out of what the browser calls itself. */
function agentText(agent: string): string {
  const browser = /MicroMessenger/.test(agent) ? "WeChat" : /Edg\//.test(agent) ? "Edge" : /Firefox\//.test(agent) ? "Firefox" : /Chrome\//.test(agent) ? "Chrome" : /Safari\//.test(agent) ? "Safari" : "";
  const system = /iPhone/.test(agent) ? "iPhone" : /iPad/.test(agent) ? "iPad" : /Android/.test(agent) ? "Android" : /Windows/.test(agent) ? "Windows" : /Mac OS X/.test(agent) ? "macOS" : /Linux/.test(agent) ? "Linux" : "";
  return [browser, system].filter(Boolean).join(" · ") || agent;
}

function useEnding(key: string, path: string) {
  const client = useQueryClient();
  const notify = useNotify();
  return async (id: string, said: string) => {
    try {
      await ask("DELETE", `${path}/${id}`);
      notify.said(said);
    } catch (e) {
      notify.failed(e);
    }
    void client.invalidateQueries({ queryKey: [key] });
  };
}

export function Devices() {
  return <div className="set-stack"><Sessions /><Tokens /></div>;
}

function Sessions() {
  const list = useQuery({ queryKey: ["sessions"], queryFn: ({ signal }) => get<{ items: Device[] }>("/sys/sessions", signal) });
  const end = useEnding("sessions", "/sys/sessions");
  return (
    <Card flush title={t("set.my_devices")} count={list.data?.items.length}>
      {list.isPending ? <Loading /> : list.isError ? <Failed error={list.error} again={() => void list.refetch()} /> : (
        <table className="deskt cardy">
          <thead><tr><th>{t("set.device")}</th><th>{t("set.address")}</th><th>{t("set.since")}</th><th>{t("set.seen")}</th><th>{t("set.until")}</th><th><span className="soft" /></th></tr></thead>
          <tbody>
            {list.data.items.map((d) => (
              <tr key={d.id}>
                <td title={d.agent}>{agentText(d.agent)} {d.current && <span className="tag grn">{t("set.this_one")}</span>}</td>
                <td className="second">{d.address}</td>
                <td data-label={t("set.since")}><When at={d.created_at} /></td>
                <td data-label={t("set.seen")}><When at={d.seen_at} /></td>
                <td data-label={t("set.until")} className="soft"><When at={d.expires_at} short /></td>
                <td className="acts">{d.current ? null : <Button type="link" size="small" danger onClick={() => void end(d.id, t("set.signed_out"))}>{t("set.sign_out")}</Button>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

function Tokens() {
  const { modal } = App.useApp();
  const list = useQuery({ queryKey: ["tokens"], queryFn: ({ signal }) => get<{ items: Token[] }>("/sys/tokens", signal) });
  const end = useEnding("tokens", "/sys/tokens");
  const [making, setMaking] = useState(false);
  const revoke = (x: Token) => modal.confirm({ title: t("set.revoke_ask", { name: x.name }), content: t("set.revoke_says"), icon: null, okText: t("set.revoke"), okButtonProps: { danger: true }, cancelText: t("desk.cancel"), onOk: () => end(x.id, t("set.revoked")) });
  const rows = list.data?.items ?? [];
  return (
    <Card flush title={t("set.tokens")} count={t("set.tokens_say")} end={<Button size="small" icon={<PlusOutlined />} onClick={() => setMaking(true)}>{t("set.new_token")}</Button>}>
      {list.isPending ? <Loading /> : list.isError ? <Failed error={list.error} again={() => void list.refetch()} /> : rows.length === 0 ? <div className="empty"><p>{t("set.no_token")}</p></div> : (
        <table className="deskt cardy">
          <thead><tr><th>{t("set.name")}</th><th>{t("set.hint")}</th><th>{t("set.since")}</th><th>{t("set.seen")}</th><th>{t("set.until")}</th><th><span className="soft" /></th></tr></thead>
          <tbody>
            {rows.map((x) => (
              <tr key={x.id}>
                <td>{x.name}</td>
                <td className="second"><code>{x.hint}…</code></td>
                <td data-label={t("set.since")}><When at={x.created_at} short /></td>
                <td data-label={t("set.seen")}>{x.seen_at ? <When at={x.seen_at} /> : <span className="soft">{t("set.never")}</span>}</td>
                <td data-label={t("set.until")}>{x.expires_at ? <When at={x.expires_at} short /> : <span className="soft">{t("set.no_end")}</span>}</td>
                <td className="acts"><Button type="link" size="small" danger onClick={() => revoke(x)}>{t("set.revoke")}</Button></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {making && <NewToken close={() => setMaking(false)} />}
    </Card>
  );
}

function NewToken({ close }: { close: () => void }) {
  const client = useQueryClient();
  const notify = useNotify();
  const [name, setName] = useState("");
  const [until, setUntil] = useState<string | null>(dayjs().add(1, "year").format("YYYY-MM-DD"));
  const [secret, setSecret] = useState("");
  const make = async () => {
    try {
      const made = await post<{ token: string }>("/sys/tokens", { name: name.trim(), ...(until ? { expires_at: dayjs(until).endOf("day").toISOString() } : {}) });
      setSecret(made.token);
      void client.invalidateQueries({ queryKey: ["tokens"] });
    } catch (e) {
      notify.failed(e);
    }
  };
  if (secret) {
    return (
      <Modal open title={t("set.token_made")} onCancel={close} footer={<Button type="primary" onClick={close}>{t("desk.close")}</Button>} width={480} mask={{ closable: false }}>
        <div className="set-code"><output aria-label={t("set.tokens")}>{secret}</output><Button size="small" onClick={() => void copyText(secret).then(() => notify.said(t("set.copied")))}>{t("set.copy")}</Button><p>{t("set.token_once")}</p></div>
      </Modal>
    );
  }
  return (
    <Modal open title={t("set.new_token")} onCancel={close} onOk={() => void make()} okText={t("set.make")} cancelText={t("desk.cancel")} okButtonProps={{ disabled: !name.trim() }} width={420}>
      <Item id="t-name" label={t("set.token_name")} must><Input id="t-name" autoFocus value={name} placeholder={t("set.token_example")} onChange={(e) => setName(e.target.value)} onPressEnter={() => void (name.trim() && make())} /></Item>
      <Item id="t-until" label={t("set.until")}><DatePicker id="t-until" style={{ width: "100%" }} value={until ? dayjs(until) : null} minDate={dayjs()} onChange={(d) => setUntil(d ? d.format("YYYY-MM-DD") : null)} /></Item>
      <p className="set-hint">{t("set.token_says")}</p>
    </Modal>
  );
}
