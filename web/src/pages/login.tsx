// Signing in; on the first run, claiming the company with the console's code.
import { Alert, Button, Form, Input } from "antd";
import { useState } from "react";
import { post, Problem } from "../api/client";
import { keepLanguage, lang, languageNames, languages, t } from "../i18n";
import { sentence } from "../saving";

interface Props { firstRun: boolean; company: string; demo: boolean; done: () => void }

export default function Login({ firstRun, company, demo, done }: Props) {
  const [claiming, setClaiming] = useState(firstRun);
  return (
    <div className="login">
      <main className="login-card">
        <div className="brand"><img src="/icon.svg" width={28} height={28} alt="" /> 客档</div>
        <h1>{claiming ? t("login.first_title") : company || t("login.title")}</h1>
        <p className="quiet">{claiming ? t("login.first_says") : t("login.says")}</p>
        {claiming ? <Claim done={() => setClaiming(false)} /> : <SignIn done={done} demo={demo} />}
        <div className="login-lang" role="group" aria-label={t("profile.language")}>
          {languages.map((l) => <button type="button" key={l} aria-pressed={l === lang()} onClick={() => { keepLanguage(l); location.reload(); }}>{languageNames[l]}</button>)}
        </div>
      </main>
    </div>
  );
}

function SignIn({ done, demo }: { done: () => void; demo: boolean }) {
  const [username, setUsername] = useState(demo ? "admin" : "");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const send = async () => {
    setBusy(true);
    setProblem("");
    try {
      await post("/session", { username, password });
      done();
    } catch (e) {
      setProblem(sentence(e));
      setBusy(false);
    }
  };
  return (
    <Form layout="vertical" onFinish={() => void send()} requiredMark={false}>
      {problem && <Alert type="error" showIcon role="alert" title={problem} style={{ marginBottom: 16 }} />}
      <Form.Item label={t("login.username")} htmlFor="username"><Input id="username" size="large" autoFocus={!demo} autoComplete="username" value={username} onChange={(e) => setUsername(e.target.value)} /></Form.Item>
      <Form.Item label={t("login.password")} htmlFor="password" help={demo ? t("login.demo") : undefined}><Input.Password id="password" size="large" autoFocus={demo} autoComplete="current-password" value={password} onChange={(e) => setPassword(e.target.value)} /></Form.Item>
      <Button type="primary" size="large" htmlType="submit" block loading={busy} disabled={!username || !password}>{t("login.sign_in")}</Button>
    </Form>
  );
}

function Claim({ done }: { done: () => void }) {
  const [v, setV] = useState({ code: "", name: "", username: "admin", password: "" });
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const send = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await post("/sys/first-run", { ...v, lang: lang() });
      done();
    } catch (e) {
      setProblem(e instanceof Problem ? e : null);
      setBusy(false);
    }
  };
  const at = (path: string) => problem?.errors.find((x) => x.path === path)?.message;
  const item = (key: keyof typeof v, more: { secret?: boolean; first?: boolean } = {}) => {
    const I = more.secret ? Input.Password : Input;
    return (
      <Form.Item label={t("login." + key)} htmlFor={key} validateStatus={at(key) ? "error" : undefined} help={at(key)}>
        <I id={key} size="large" autoFocus={more.first} autoComplete={key === "password" ? "new-password" : "off"} value={v[key]} onChange={(e) => setV({ ...v, [key]: e.target.value })} />
      </Form.Item>
    );
  };
  return (
    <Form layout="vertical" onFinish={() => void send()} requiredMark={false}>
      {problem && problem.errors.length === 0 && <Alert type="error" showIcon role="alert" title={sentence(problem)} style={{ marginBottom: 16 }} />}
      {item("code", { first: true })}{item("name")}{item("username")}{item("password", { secret: true })}
      <Button type="primary" size="large" htmlType="submit" block loading={busy} disabled={Object.values(v).some((x) => !x)}>{t("login.claim")}</Button>
    </Form>
  );
}
