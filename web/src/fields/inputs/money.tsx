import { Input, InputNumber, Space } from "antd";
import { currencySign } from "../../format";
import { t } from "../../i18n";
import { amountOf } from "../money";
import type { InputProps } from "../types";
import { blank, str } from "../values";
import { NumberInput } from "./parts";

/** ManyInput edits an amount and its currency; without one it is in the company's. */
export function ManyInput({ field, value, onChange, id, autoFocus, invalid }: InputProps) {
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
export const MoneyInput = (p: InputProps) => (p.field.currencies === "many" ? <ManyInput {...p} /> : <NumberInput {...p} before={currencySign()} />);
