// A session that ends while somebody works: the password is asked for above
// the page, which stays as it is; what was refused is then sent again.
import { Alert, Button, Form, Input, Modal } from "antd";
import { useState } from "react";
import { post } from "../api/client";
import type { Me } from "../api/types";
import { toLogin } from "../boot";
import { t } from "../i18n";
import "../i18n/again";
import { sentence } from "../saving";

export default function Again({ me, done }: { me: Me; done: () => void }) {
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const send = async () => {
    if (!password || busy) return;
    setBusy(true);
    setProblem("");
    try {
      await post("/session", { username: me.username, password });
      done();
    } catch (e) {
      setProblem(sentence(e));
      setBusy(false);
    }
  };
  return (
    <Modal open title={t("again.title")} width={400} closable={false} zIndex={2000} mask={{ closable: false }} keyboard={false}
      footer={[<Button key="other" type="text" onClick={toLogin}>{t("again.other")}</Button>, <Button key="in" type="primary" loading={busy} disabled={!password} onClick={() => void send()}>{t("login.sign_in")}</Button>]}>
      <Form layout="vertical" requiredMark={false} onFinish={() => void send()}>
        <p style={{ margin: "4px 0 14px" }}>{t("again.says", { name: me.username })}</p>
        {problem && <Alert type="error" showIcon role="alert" title={problem} style={{ marginBottom: 12 }} />}
        <input type="text" name="username" autoComplete="username" value={me.username} readOnly hidden />
        <Form.Item label={t("login.password")} htmlFor="again-password">
          <Input.Password id="again-password" autoFocus autoComplete="current-password" value={password} onChange={(e) => setPassword(e.target.value)} onPressEnter={() => void send()} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
