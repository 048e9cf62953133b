// Another password of one's own.
import { Form, Input, Modal } from "antd";
import { useState } from "react";
import { post, Problem } from "../api/client";
import { t } from "../i18n";
import { sentence, useNotify } from "../saving";

export default function Password({ close }: { close: () => void }) {
  const notify = useNotify();
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [problem, setProblem] = useState<{ at: string; says: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      await post("/sys/password", { old, password: fresh });
      notify.said(t("profile.password_changed"));
      close();
    } catch (e) {
      const p = e instanceof Problem ? e.errors[0] : undefined;
      setProblem({ at: p?.path === "old" ? "old" : "fresh", says: p?.message ?? sentence(e) });
    }
    setBusy(false);
  };
  const wrong = (at: string) => (problem?.at === at ? { validateStatus: "error" as const, help: problem.says } : {});
  return (
    <Modal open title={t("profile.password")} onCancel={close} onOk={() => void save()} okText={t("act.save")} cancelText={t("act.cancel")} confirmLoading={busy} okButtonProps={{ disabled: !old || !fresh }} width={400}>
      <Form layout="vertical">
        <Form.Item label={t("profile.old_password")} htmlFor="old" {...wrong("old")}><Input.Password id="old" autoFocus autoComplete="current-password" value={old} onChange={(e) => setOld(e.target.value)} /></Form.Item>
        <Form.Item label={t("profile.new_password")} htmlFor="fresh" {...wrong("fresh")}>
          <Input.Password id="fresh" autoComplete="new-password" value={fresh} onChange={(e) => setFresh(e.target.value)} onPressEnter={() => void save()} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
