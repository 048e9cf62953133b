import { str } from "./values";
import type { Kind } from "./types";

interface Account { service: string; account: string }

export const names: Record<string, string> = { wechat: "微信", qq: "QQ", weibo: "微博", line: "LINE", dingtalk: "钉钉", douyin: "抖音", xiaohongshu: "小红书", whatsapp: "WhatsApp", telegram: "Telegram", facebook: "Facebook", instagram: "Instagram" };
const list = (v: unknown) => (Array.isArray(v) ? v : v ? [v] : []).map((x) => (typeof x === "object" ? (x as Account) : { service: "", account: str(x) }));
const line = (a: Account) => `${names[a.service] ?? a.service} ${a.account}`.trim();

/** Accounts at chat and social services. */
export const social: Kind = {
  show: (v) => <span className="several">{list(v).map((a) => <span key={line(a)}>{line(a)}</span>)}</span>, text: (v) => list(v).map(line).join("、"), width: 140,
};
