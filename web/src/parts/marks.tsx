// The words beside a record's name: what must never be overlooked, level,
// state. Each says on demand why it stands there.
import { StopOutlined, WarningFilled } from "@ant-design/icons";
import type { Field, Rec, RecordType } from "../api/types";
import { kindOf } from "../fields";
import { blank, str } from "../fields/values";
import { t } from "../i18n";
import { fieldsOf, masked } from "../model";
import { Why } from "./why";

// A mark's colour is its choice's, or the declared one of a field that is or is
// not. Only what asks for attention is coloured: red, amber, and blue for the best, gold among them.
const tones: Record<string, string> = { red: "warn", orange: "amb", yellow: "top", blue: "top", purple: "top" };

function tone(f: Field, v: unknown): string {
  const color = f.kind === "bool" ? f.color : f.choices?.find((c) => c.value === v)?.color;
  return tones[color ?? ""] ?? "";
}

/** Marks draws the declared marks of a record; with why, each opens its reason. */
export function Marks({ type, rec, why = false }: { type: RecordType; rec: Rec; why?: boolean }) {
  const fields = fieldsOf(type);
  const there = (names?: string[]) => (names ?? []).map((n) => fields.get(n)).filter((f): f is Field => !!f && !masked(f) && !blank(rec[f.name]) && rec[f.name] !== false);
  const all = there(type.page?.marks);
  return (
    <>
      {all.filter((f) => f.kind !== "text").map((f) => {
        const reason = why && (f.computed || fields.has(f.name + "_reason"));
        const text = f.kind === "bool" ? f.label : kindOf(f).text(rec[f.name], f);
        const cls = `mark ${tone(f, rec[f.name])}`;
        return reason ? <Why key={f.name} type={type} rec={rec} field={f}><button type="button" className={cls + " asks"}>{text} <span>{t("why.because")}</span></button></Why> : <span key={f.name} className={cls}>{text}</span>;
      })}
      {rec.archived_at && <span className="mark warn">{t("record.archived")}</span>}
      {there(type.page?.alerts).map((f) => <span key={f.name} className="mark warn wide" title={f.label}><WarningFilled aria-label={f.label} /> {kindOf(f).text(rec[f.name], f)}</span>)}
      {all.filter((f) => f.kind === "text").map((f) => <span key={f.name} className="mark taboo wide" title={f.label}><StopOutlined aria-hidden="true" /> {t("record.taboo")}{str(rec[f.name])}</span>)}
    </>
  );
}
