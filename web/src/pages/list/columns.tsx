// Which columns a list shows: picked at the left, a link unfolds to the fields
// of what it leads to; at the right in what order, how wide, which stay at the
// left of the table.
import { CloseOutlined, PushpinFilled, PushpinOutlined } from "@ant-design/icons";
import { Button, InputNumber } from "antd";
import type { RecordType } from "../../api/types";
import { t } from "../../i18n";
import { reachable, useKnown } from "../../model";
import type { ColumnSpec } from "./fields";
import { Pick } from "./pick";
import { Sortable } from "./sortable";

interface Props { type: RecordType; specs: ColumnSpec[]; own: boolean; onChange: (specs: ColumnSpec[] | undefined) => void }

export default function ColumnsPanel({ type, specs, own, onChange }: Props) {
  const { types } = useKnown();
  const fields = reachable(type, types);
  const shown = specs.filter((s) => fields.has(s.n));
  const labelOf = (n: string) => fields.get(n)?.label ?? n;
  const set = (n: string, change: Partial<ColumnSpec>) => onChange(specs.map((s) => (s.n === n ? clean({ ...s, ...change }) : s)));
  const remove = (n: string) => { if (shown.length > 1) onChange(specs.filter((s) => s.n !== n)); };
  return (
    <div className="columns-panel" role="group" aria-label={t("list.columns")}>
      <Pick type={type} types={types} has={(n) => shown.some((s) => s.n === n)} turn={(n, on) => (on ? onChange([...specs, { n }]) : remove(n))} />
      <div className="columns-shown">
        <h3>{t("columns.shown", { n: shown.length })}</h3>
        <Sortable ids={shown.map((s) => s.n)} labelOf={labelOf} onMove={(ids) => onChange([...ids.map((n) => shown.find((s) => s.n === n)!), ...specs.filter((s) => !fields.has(s.n))])}>
          {(n) => {
            const s = shown.find((x) => x.n === n)!;
            return (
              <>
                <span className="grow" title={labelOf(n)}>{labelOf(n)}</span>
                <InputNumber<number> size="small" className="columns-width" controls={false} min={48} max={800} precision={0} placeholder={t("columns.auto")} aria-label={t("columns.width", { what: labelOf(n) })} value={s.w ?? null} onChange={(w) => set(n, { w: w ?? undefined })} />
                <Button type="text" size="small" aria-pressed={!!s.p} aria-label={t("columns.pin", { what: labelOf(n) })} title={t("columns.pin", { what: labelOf(n) })} icon={s.p ? <PushpinFilled /> : <PushpinOutlined />} onClick={() => set(n, { p: !s.p })} />
                <Button type="text" size="small" disabled={shown.length === 1} aria-label={`${t("act.remove")} ${labelOf(n)}`} icon={<CloseOutlined />} onClick={() => remove(n)} />
              </>
            );
          }}
        </Sortable>
        <p className="quiet">{t("columns.kept")}{own && <Button type="link" size="small" onClick={() => onChange(undefined)}>{t("columns.reset")}</Button>}</p>
      </div>
    </div>
  );
}

const clean = (s: ColumnSpec): ColumnSpec => ({ n: s.n, ...(s.w ? { w: s.w } : {}), ...(s.p ? { p: true } : {}) });
