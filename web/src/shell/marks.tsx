// Marking what was searched for in a title: as written, or by the initials of
// its readings (wfjd finds 王府酒店).
import { Fragment, type ReactNode } from "react";

// The first characters, in pinyin order, of the readings that begin with a, b, c, d, …
const firsts = "\u963f\u82ad\u64e6\u642d\u86fe\u53d1\u5676\u54c8\u8ba5\u5494\u5783\u5988\u62ff\u5662\u5991\u4e03\u5465\u6254\u5979\u7a75\u5915\u4e2b\u531d";
const letters = "abcdefghjklmnopqrstwxyz";
const order = new Intl.Collator("zh-Hans-u-co-pinyin");

function initial(c: string): string {
  if (!/\p{Script=Han}/u.test(c)) return c.toLowerCase();
  let at = -1;
  for (let i = 0; i < firsts.length && order.compare(firsts[i]!, c) <= 0; i++) at = i;
  return at < 0 ? "" : letters[at]!;
}

/** initials are the first letters of a text's readings, one for each character. */
export const initials = (text: string) => [...text].map(initial).join("");

const fold = (text: string) => [...text].map((c) => c.normalize("NFKC").toLowerCase().slice(0, 1) || c).join("");

/** spanOf is where words stand in a text, as written or by initials; null when nowhere. */
export function spanOf(text: string, words: string): [number, number] | null {
  const chars = [...text], want = [...fold(words)];
  const find = (hay: string[]) => {
    for (let i = 0; want.length > 0 && i + want.length <= hay.length; i++) if (want.every((w, j) => hay[i + j] === w)) return i;
    return -1;
  };
  let at = find([...fold(chars.join(""))]);
  if (at < 0 && /^[a-z]{2,}$/.test(words)) at = find(chars.map(initial));
  return at < 0 ? null : [at, at + want.length];
}

/** Marked is a text with the words in it marked. */
export function Marked({ text, words }: { text: string; words: string }): ReactNode {
  const chars = [...text];
  const spans = words.split(/\s+/).filter(Boolean).map((w) => spanOf(text, w)).filter((s): s is [number, number] => !!s).sort((a, b) => a[0] - b[0]);
  const out: ReactNode[] = [];
  let from = 0;
  for (const [a, b] of spans) {
    if (a < from) continue;
    out.push(<Fragment key={a}>{chars.slice(from, a).join("")}<mark>{chars.slice(a, b).join("")}</mark></Fragment>);
    from = b;
  }
  return <>{out}{chars.slice(from).join("")}</>;
}
