// The person: language, colours, password, signing out.
import { App, Avatar, Button, Dropdown, Form, Input, Modal } from "antd";
import { useState } from "react";
import { ask, post, Problem } from "../api/client";
import { languageNames, languages, lang, t } from "../i18n";
import { setMode, useMode } from "../mode";
import { useKnown } from "../model";
import { sentence } from "../saving";
import { chooseLanguage } from "./shell";

export function Profile() {
  const { session } = useKnown();
  const mode = useMode();
  const [password, setPassword] = useState(false);
  const me = session.user;
  const items = [
    { key: "who", disabled: true, label: <span><b>{me.name}</b> <small>{me.username}</small></span> },
    { type: "divider" as const },
    { key: "lang", label: t("profile.language"), children: languages.map((l) => ({ key: l, label: (l === lang() ? "✓ " : "") + languageNames[l], onClick: () => void chooseLanguage(l, me.id) })) },
    { key: "mode", label: t(mode === "dark" ? "profile.light" : "profile.dark"), onClick: () => setMode(mode === "dark" ? "light" : "dark") },
    { key: "password", label: t("profile.password"), onClick: () => setPassword(true) },
    { type: "divider" as const },
    { key: "out", label: t("profile.sign_out"), onClick: () => void ask("DELETE", "/session").finally(() => location.assign("/login")) },
  ];
  return (
    <>
      <Dropdown menu={{ items }} trigger={["click"]}>
        <Button type="text" shape="circle" aria-label={t("profile.me", { name: me.name })} icon={<Avatar size={28} className="face">{me.name.slice(0, 1)}</Avatar>} />
      </Dropdown>
      {password && <Password close={() => setPassword(false)} />}
    </>
  );
}

function Password({ close }: { close: () => void }) {
  const { message } = App.useApp();
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      await post("/sys/password", { old, password: fresh });
      void message.success(t("profile.password_changed"));
      close();
    } catch (e) {
      setProblem(e instanceof Problem && e.errors[0] ? e.errors[0].message : sentence(e));
    }
    setBusy(false);
  };
  return (
    <Modal open title={t("profile.password")} onCancel={close} onOk={() => void save()} okText={t("act.save")} confirmLoading={busy} okButtonProps={{ disabled: !old || !fresh }} width={400}>
      <Form layout="vertical">
        <Form.Item label={t("profile.old_password")} htmlFor="old"><Input.Password id="old" autoFocus autoComplete="current-password" value={old} onChange={(e) => setOld(e.target.value)} /></Form.Item>
        <Form.Item label={t("profile.new_password")} htmlFor="fresh" validateStatus={problem ? "error" : undefined} help={problem || undefined}>
          <Input.Password id="fresh" autoComplete="new-password" value={fresh} onChange={(e) => setFresh(e.target.value)} onPressEnter={() => void save()} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
