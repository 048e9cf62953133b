import type { ReactNode } from "react";
import { moneyText, numberText } from "../format";
import { str } from "./values";
import type { Kind } from "./types";

interface Amount { amount: string; currency?: string }

/** amountOf reads an amount: plain in the company's currency, or with its own where a field takes many. */
export const amountOf = (v: unknown): Amount => (v && typeof v === "object" ? (v as Amount) : { amount: str(v) });

/** amountText is an amount with its currency before it: ¥1,234.50, US$1,234.50. */
export function amountText(v: unknown, cents: "always" | "some" = "some"): string {
  const a = amountOf(v);
  return moneyText(a.amount, cents, a.currency);
}

// Lists and heads say whole units; the cents stand in the text on hover.
const whole = (v: unknown) => (Math.abs(Number(v)) >= 1000 ? Math.round(Number(v)) : v);

// Totals are one for each currency.
function shown(v: unknown, place: string): ReactNode {
  if (Array.isArray(v)) return <span className="several column">{v.map((a: Amount) => <span key={a.currency}>{shown(a, place)}</span>)}</span>;
  const a = amountOf(v);
  if (a.currency) return amountText({ amount: str(whole(a.amount)), currency: a.currency });
  return place === "cell" ? (Number(a.amount) === 0 ? "" : numberText(whole(a.amount))) : moneyText(whole(a.amount));
}

/** An amount of money: bare in columns, with its sign in facts; one in a currency of its own names it everywhere. */
export const money: Kind = { show: (v, _f, place) => shown(v, place), text: (v) => amountText(v), align: "right", width: 96 };
