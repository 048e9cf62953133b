// Which columns a list shows: in what order, how wide, which stay at the left.
import { CloseOutlined, PushpinFilled, PushpinOutlined } from "@ant-design/icons";
import { Button, InputNumber, Select } from "antd";
import { useMemo } from "react";
import type { RecordType } from "../../api/types";
import { t } from "../../i18n";
import { useKnown } from "../../model";
import { reachable, showable, type ColumnSpec } from "./fields";
import { Sortable } from "./sortable";

interface Props { type: RecordType; specs: ColumnSpec[]; own: boolean; onChange: (specs: ColumnSpec[] | undefined) => void }

export default function ColumnsPanel({ type, specs, own, onChange }: Props) {
  const { types } = useKnown();
  const fields = reachable(type, types);
  const shown = specs.filter((s) => fields.has(s.n));
  const labelOf = (n: string) => fields.get(n)?.label ?? n;
  const set = (n: string, change: Partial<ColumnSpec>) => onChange(specs.map((s) => (s.n === n ? clean({ ...s, ...change }) : s)));
  const options = useMemo(() => {
    const rest = showable(type, types).filter((f) => !shown.some((s) => s.n === f.name)).map((f) => ({ value: f.name, label: f.label }));
    return [{ label: type.label, options: rest.filter((o) => !o.value.includes(".")) }, { label: t("columns.linked"), options: rest.filter((o) => o.value.includes(".")) }].filter((g) => g.options.length);
  }, [type, types, specs]);
  return (
    <div className="columns-panel" role="group" aria-label={t("list.columns")}>
      <Select className="columns-add" aria-label={t("columns.add")} placeholder={t("columns.add")} showSearch={{ optionFilterProp: "label" }} value={null} options={options} onChange={(n: string | null) => n && onChange([...specs, { n }])} />
      <Sortable ids={shown.map((s) => s.n)} labelOf={labelOf} onMove={(ids) => onChange([...ids.map((n) => shown.find((s) => s.n === n)!), ...specs.filter((s) => !fields.has(s.n))])}>
        {(n) => {
          const s = shown.find((x) => x.n === n)!;
          return (
            <>
              <span className="grow">{labelOf(n)}</span>
              <InputNumber<number> size="small" className="columns-width" controls={false} min={48} max={800} precision={0} placeholder={t("columns.auto")} aria-label={t("columns.width", { what: labelOf(n) })} value={s.w ?? null} onChange={(w) => set(n, { w: w ?? undefined })} />
              <Button type="text" size="small" aria-pressed={!!s.p} aria-label={t("columns.pin", { what: labelOf(n) })} title={t("columns.pin", { what: labelOf(n) })} icon={s.p ? <PushpinFilled /> : <PushpinOutlined />} onClick={() => set(n, { p: !s.p })} />
              <Button type="text" size="small" disabled={shown.length === 1} aria-label={`${t("act.remove")} ${labelOf(n)}`} icon={<CloseOutlined />} onClick={() => onChange(specs.filter((x) => x.n !== n))} />
            </>
          );
        }}
      </Sortable>
      <p className="quiet">{t("columns.kept")}{own && <Button type="link" size="small" onClick={() => onChange(undefined)}>{t("columns.reset")}</Button>}</p>
    </div>
  );
}

const clean = (s: ColumnSpec): ColumnSpec => ({ n: s.n, ...(s.w ? { w: s.w } : {}), ...(s.p ? { p: true } : {}) });
