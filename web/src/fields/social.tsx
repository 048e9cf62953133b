import { t } from "../i18n";
import { ListInput, str, WordsFilter } from "./parts";
import type { InputProps, Kind } from "./types";

interface Account { service: string; account: string }

const names: Record<string, string> = { wechat: "微信", qq: "QQ", weibo: "微博", line: "LINE", dingtalk: "钉钉", douyin: "抖音", xiaohongshu: "小红书", whatsapp: "WhatsApp", telegram: "Telegram", facebook: "Facebook", instagram: "Instagram" };
const services = Object.entries(names).map(([value, label]) => ({ value, label }));
const list = (v: unknown) => (Array.isArray(v) ? v : v ? [v] : []).map((x) => (typeof x === "object" ? (x as Account) : { service: "", account: str(x) }));
const line = (a: Account) => `${names[a.service] ?? a.service} ${a.account}`.trim();

const SocialInput = (p: InputProps) => <ListInput {...p} columns={[{ key: "service", label: t("field.service"), width: 120, options: services }, { key: "account", label: t("field.account") }]} />;

/** Accounts at chat and social services. */
export const social: Kind = {
  show: (v) => <span className="several">{list(v).map((a) => <span key={line(a)}>{line(a)}</span>)}</span>, text: (v) => list(v).map(line).join("、"), Input: SocialInput, Filter: WordsFilter, width: 140,
};
