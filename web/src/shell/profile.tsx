// The person: language, colours, password, devices, signing out.
import { Button, Dropdown } from "antd";
import { lazy, Suspense, useState } from "react";
import { useNavigate } from "react-router";
import { ask, patch } from "../api/client";
import { keepLanguage, languageMark, languageNames, languages, lang, t, type Lang } from "../i18n";
import { setMode, useChosenMode, type Choice } from "../mode";
import { useKnown } from "../model";

const Password = lazy(() => import("./password"));

/** chooseLanguage keeps a language here and with the person, and loads the page in it. */
async function chooseLanguage(l: Lang, me: string) {
  keepLanguage(l);
  await patch(`/sys/users/${me}`, { lang: l }).catch(() => undefined);
  location.reload();
}

/** LanguageButton is the sign of the language with the others behind it. */
export function LanguageButton() {
  const { session } = useKnown();
  const items = languages.map((l) => ({ key: l, label: languageNames[l], onClick: () => void chooseLanguage(l, session.user.id) }));
  return <Dropdown menu={{ items, selectable: true, selectedKeys: [lang()] }} trigger={["click"]}><Button type="text" aria-label={t("profile.language")}>{languageMark[lang()]}</Button></Dropdown>;
}

const looks: Choice[] = ["light", "dark", "auto"];

export function Profile() {
  const { session } = useKnown();
  const chosen = useChosenMode();
  const navigate = useNavigate();
  const [password, setPassword] = useState(false);
  const me = session.user;
  const items = [
    { key: "who", disabled: true, label: <span className="who"><b>{me.name}</b> <small>{me.username}{me.department ? ` · ${me.department.title}` : ""}</small></span> },
    { type: "divider" as const },
    { key: "lang", label: t("profile.language"), children: languages.map((l) => ({ key: "lang-" + l, label: languageNames[l], onClick: () => void chooseLanguage(l, me.id) })) },
    { key: "mode", label: t("profile.look"), children: looks.map((m) => ({ key: "mode-" + m, label: t("profile." + m), onClick: () => setMode(m) })) },
    { key: "password", label: t("profile.password"), onClick: () => setPassword(true) },
    { key: "devices", label: t("profile.devices"), onClick: () => void navigate("/settings/devices") },
    { type: "divider" as const },
    { key: "out", label: t("profile.sign_out"), onClick: () => void ask("DELETE", "/session").finally(() => location.assign("/login")) },
  ];
  return (
    <>
      <Dropdown menu={{ items, selectedKeys: ["lang-" + lang(), "mode-" + chosen] }} trigger={["click"]} placement="bottomRight">
        <Button type="text" shape="circle" aria-label={t("profile.me", { name: me.name })} icon={<span className="face">{me.name.slice(0, 1).toUpperCase()}</span>} />
      </Dropdown>
      {password && <Suspense fallback={null}><Password close={() => setPassword(false)} /></Suspense>}
    </>
  );
}
