// Reading what people paste: a name, phones, an e-mail and an address in one
// lump, as from a chat, a signature or a parcel slip.
import type { RecordType, Values } from "../api/types";
import { blank } from "./values";

/** Read is what was recognised in a pasted text. */
export interface Read { name?: string; phones: { number: string; label?: string }[]; emails: string[]; address?: string }

const phone = /(?:\+?\d{1,3}[- ]?)?(?:1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{1,3}[- ]?\d{3,4}[- ]?\d{3,4}(?:[-#]\d{1,6})?|09\d{2}[- ]?\d{3}[- ]?\d{3}|400[- ]?\d{3}[- ]?\d{4})(?!\d)/g;
const email = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;
const place = /[省市区區县縣镇鎮乡鄉村路街道巷弄号號楼樓室]/g;
const labels = /^(?:姓名|名字|联系人|聯絡人|收件人|收貨人|收货人|公司|单位|電話|电话|手机|手機|地址|邮箱|信箱|name|phone|tel|mobile|address|e-?mail)\s*[:：]?\s*/i;

const tidy = (s: string) => s.replace(labels, "").replace(/^[\s:：,，;；、|/]+|[\s:：,，;；、|/]+$/g, "");

/** readBlock takes a pasted text apart. */
export function readBlock(text: string): Read {
  const out: Read = { phones: [], emails: [] };
  let rest = text.replace(email, (m) => { out.emails.push(m); return "\n"; });
  rest = rest.replace(phone, (m) => { out.phones.push({ number: m.trim() }); return "\n"; });
  const parts = rest.split(/[\n\r\t,，;；|]+|\s{2,}|(?<=[^\s\w])\s+/).map(tidy).filter(Boolean);
  const weight = (s: string) => (s.match(place) ?? []).length;
  const best = parts.reduce((a, b) => (weight(b) > weight(a) ? b : a), "");
  if (weight(best) >= 2) out.address = best;
  out.name = parts.find((s) => s !== out.address && s.length <= 40 && !/^\d+$/.test(s));
  return out;
}

/** readPhones splits a list of numbers, each with the words beside it as its note. */
export function readPhones(text: string): Record<string, string>[] {
  const out: Record<string, string>[] = [];
  let from = 0;
  for (const m of text.matchAll(phone)) {
    const label = tidy(text.slice(from, m.index).split(/[\n,，;；、/]/).pop() ?? "").replace(/[()（）]/g, "");
    out.push({ number: m[0].trim(), ...(label && label.length <= 20 ? { label } : {}) });
    from = m.index + m[0].length;
  }
  return out;
}

/** spread puts what was read into the empty fields of a type that can hold it; null when fewer than two can. */
export function spread(type: RecordType, now: Values, read: Read): Values | null {
  const out: Values = {};
  const field = (kind: string) => type.fields.find((f) => f.kind === kind && f.level === "write" && !f.computed && blank(now[f.name]));
  const title = type.fields.find((f) => f.name === type.title && f.level === "write" && blank(now[f.name]));
  if (title && read.name) out[title.name] = read.name;
  const phones = field("phones"), emails = field("emails"), address = field("address");
  if (phones && read.phones.length) out[phones.name] = read.phones;
  if (emails && read.emails.length) out[emails.name] = read.emails.map((a) => ({ address: a }));
  if (address && read.address) out[address.name] = read.address;
  return Object.keys(out).length >= 2 ? out : null;
}
