import { Input, InputNumber, Space } from "antd";
import { currencySign, moneyText, numberText } from "../format";
import { t } from "../i18n";
import { blank, NumberFilter, NumberInput, str } from "./parts";
import type { InputProps, Kind } from "./types";

interface Amount { amount: string; currency?: string }

/** amountOf reads an amount: plain in the company's currency, or with its own where a field takes many. */
export const amountOf = (v: unknown): Amount => (v && typeof v === "object" ? (v as Amount) : { amount: str(v) });

/** amountText is an amount with its currency before it: ¥1,234.50, US$1,234.50. */
export function amountText(v: unknown, cents: "always" | "some" = "some"): string {
  const a = amountOf(v);
  return moneyText(a.amount, cents, a.currency);
}

/** ManyInput edits an amount and its currency; without one it is in the company's. */
function ManyInput({ field, value, onChange, id, autoFocus, invalid }: InputProps) {
  const a = amountOf(value);
  const put = (amount: string, currency?: string) => onChange(blank(amount) && blank(currency) ? null : { amount: blank(amount) ? null : amount, currency: blank(currency) ? undefined : currency });
  return (
    <Space.Compact block>
      <Input aria-label={`${field.label} ${t("field.currency")}`} status={invalid ? "error" : ""} style={{ width: 76 }} maxLength={3} value={a.currency ?? ""} placeholder={currencySign()} autoComplete="off"
        onChange={(e) => put(str(a.amount), e.target.value.toUpperCase())} />
      <InputNumber<string> id={id} aria-label={field.label} autoFocus={autoFocus} status={invalid ? "error" : ""} stringMode controls={false} style={{ flex: 1, width: "100%" }}
        value={blank(a.amount) ? null : str(a.amount)} precision={field.scale} suffix={field.unit} onChange={(v) => put(str(v), a.currency)} />
    </Space.Compact>
  );
}

const MoneyInput = (p: InputProps) => (p.field.currencies === "many" ? <ManyInput {...p} /> : <NumberInput {...p} before={currencySign()} />);

// Lists and heads say whole units; the cents stand in the text on hover.
const whole = (v: unknown) => (Math.abs(Number(v)) >= 1000 ? Math.round(Number(v)) : v);

function shown(v: unknown, place: string) {
  const a = amountOf(v);
  if (a.currency) return amountText({ amount: str(whole(a.amount)), currency: a.currency });
  return place === "cell" ? (Number(a.amount) === 0 ? "" : numberText(whole(a.amount))) : moneyText(whole(a.amount));
}

/** An amount of money: bare in columns, with its sign in facts; one in a currency of its own names it everywhere. */
export const money: Kind = { show: (v, _f, place) => shown(v, place), text: (v) => amountText(v), Input: MoneyInput, Filter: NumberFilter, align: "right", width: 96 };
