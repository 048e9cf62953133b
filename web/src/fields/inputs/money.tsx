import { AutoComplete, InputNumber, Space } from "antd";
import { currencySign } from "../../format";
import { t } from "../../i18n";
import { currencies } from "../currency";
import { amountOf } from "../money";
import type { InputProps } from "../types";
import { blank, str } from "../values";
import { NumberInput } from "./parts";

// ManyInput edits an amount and its currency; without one it is in the company's.
function ManyInput({ field, value, onChange, id, autoFocus, invalid }: InputProps) {
  const a = amountOf(value);
  const put = (amount: string, currency?: string) => onChange(blank(amount) && blank(currency) ? null : { amount: blank(amount) ? null : amount, currency: blank(currency) ? undefined : currency });
  return (
    <Space.Compact block>
      <AutoComplete aria-label={`${field.label} ${t("field.currency")}`} status={invalid ? "error" : ""} style={{ width: 84 }} popupMatchSelectWidth={false} value={a.currency ?? ""} placeholder={currencySign()}
        options={currencies()} showSearch={{ filterOption: (typed, o) => `${o?.value} ${o?.label}`.toLowerCase().includes(typed.toLowerCase()) }} onChange={(code: string) => put(str(a.amount), (code ?? "").toUpperCase().slice(0, 3))} />
      <InputNumber<string> id={id} aria-label={field.label} autoFocus={autoFocus} status={invalid ? "error" : ""} stringMode controls={false} style={{ flex: 1, width: "100%" }}
        value={blank(a.amount) ? null : str(a.amount)} precision={field.scale} suffix={field.unit} onChange={(v) => put(str(v), a.currency)} />
    </Space.Compact>
  );
}

/** MoneyInput edits an amount: in the company's currency, or with its own where a field takes many. */
export const MoneyInput = (p: InputProps) => (p.field.currencies === "many" ? <ManyInput {...p} /> : <NumberInput {...p} before={currencySign()} />);
