// Texts by key in three languages. The language is chosen before the first
// render; changing it loads the page anew, so t is a plain function.
import dayjs from "dayjs";

export const languages = ["zh-Hans", "zh-Hant", "en"] as const;
export type Lang = (typeof languages)[number];

export const languageNames: Record<Lang, string> = { "zh-Hans": "简体中文", "zh-Hant": "繁體中文", en: "English" };

/** languageMark is the sign of a language on a small button. */
export const languageMark: Record<Lang, string> = { "zh-Hans": "简", "zh-Hant": "繁", en: "En" };

let texts: Record<string, string> = {};
let current: Lang = "zh-Hans";

/** lang is the language in use. */
export const lang = (): Lang => current;

const known = (l: string | undefined): l is Lang => !!l && (languages as readonly string[]).includes(l);

/** keptLanguage is what was chosen on this device, by a cookie that the server reads too. */
export function keptLanguage(): Lang | undefined {
  const kept = /(?:^|; )kd_lang=([\w-]+)/.exec(document.cookie)?.[1];
  return known(kept) ? kept : undefined;
}

/** guessLanguage is what was chosen on this device, else the person's own, else what the browser prefers. */
export function guessLanguage(own?: string): Lang {
  const wanted = keptLanguage() ?? own;
  if (known(wanted)) return wanted;
  for (const l of navigator.languages) {
    if (/^zh-(hant|tw|hk|mo)/i.test(l)) return "zh-Hant";
    if (/^zh/i.test(l)) return "zh-Hans";
    if (/^en/i.test(l)) return "en";
  }
  return "zh-Hans";
}

/** keepLanguage remembers a choice on this device. */
export function keepLanguage(l: Lang) {
  document.cookie = `kd_lang=${l}; Path=/; Max-Age=${365 * 24 * 3600}; SameSite=Lax${location.protocol === "https:" ? "; Secure" : ""}`;
}

/** loadLanguage fetches the texts of a language, antd's among them, and answers antd's. */
export async function loadLanguage(l: Lang) {
  const [own, antd] = await loaders[l]();
  texts = own.default;
  current = l;
  addTexts(brought);
  document.documentElement.lang = l;
  dayjs.locale(l === "zh-Hans" ? "zh-cn" : l === "zh-Hant" ? "zh-tw" : "en");
  return antd.default;
}

const loaders = {
  "zh-Hans": () => Promise.all([import("./zh-Hans.json"), import("antd/locale/zh_CN"), import("dayjs/locale/zh-cn")]),
  "zh-Hant": () => Promise.all([import("./zh-Hant.json"), import("antd/locale/zh_TW"), import("dayjs/locale/zh-tw")]),
  en: () => Promise.all([import("./en.json"), import("antd/locale/en_US")]),
} as Record<Lang, () => Promise<[{ default: Record<string, string> }, { default: import("antd/es/locale").Locale }, ...unknown[]]>>;

/** t is the text of a key, with {name} filled in; the key itself when there is none. */
export function t(key: string, params?: Record<string, string | number>): string {
  const text = texts[key] ?? key;
  return params ? text.replace(/\{(\w+)\}/g, (all, name: string) => (params[name] === undefined ? all : String(params[name]))) : text;
}

const brought: Record<string, readonly [string, string, string]> = {}; // a page may be there before its language

/** addTexts adds the texts of a part that brings its own: key → simplified, traditional, English. */
export function addTexts(more: Record<string, readonly [string, string, string]>) {
  Object.assign(brought, more);
  const at = languages.indexOf(current);
  texts = { ...texts, ...Object.fromEntries(Object.entries(more).map(([key, all]) => [key, all[at]!])) };
}
