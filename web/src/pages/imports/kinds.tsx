// Why rows stayed out or came in with a warning, by reason; many rows with the
// same trouble are mended at once: a value that is not known stands for one
// that is, or the cell stays empty.
import { Button } from "antd";
import { useState } from "react";
import type { Field, ImportState, RecordType } from "../../api/types";
import { t } from "../../i18n";
import { useMay } from "../../rights";
import { Card, thousands } from "../desk";
import { Later } from "./later";
import { isPicked, type Mending, type Said } from "./mend";
import { columnsOf, keysOf, labelOf, placesOf, pagesRead, useProblems, type ProblemKind } from "./parts";
import { Concern } from "./plan";
import { Box } from "./refused";

export function Kinds({ now, type, mending }: { now: ImportState; type: RecordType; mending: Mending }) {
  const problems = useProblems(now);
  const kinds = (problems.data?.kinds ?? []).filter((k) => k.path.includes(".") || !k.code.startsWith("duplicate")); // these stand beside what they look like
  if (!kinds.length) return null;
  return (
    <Card title={t("imp.by_kind")} count={t("imp.kinds_n", { n: kinds.length })}>
      <ul className="imp-concerns wide">{kinds.map((k) => <Concern key={k.key} kind={k} type={type}><KindActs kind={k} now={now} type={type} mending={mending} /></Concern>)}</ul>
      {!problems.data!.whole && <p className="soft small">{t("imp.first_rows_only", { n: thousands(1000 * pagesRead) })}</p>}
    </Card>
  );
}

/** mostValues is how many different values are offered to be given a meaning. */
const mostValues = 12;

function KindActs({ kind, now, type, mending }: { kind: ProblemKind; now: ImportState; type: RecordType; mending: Mending }) {
  const may = useMay();
  const field = columnsOf(type).get(kind.path);
  const label = labelOf(type, kind.path);
  const subject = t("later.kind", { file: now.file, what: label ? t("imp.at_field", { field: label, says: kind.says }) : kind.says, n: thousands(kind.count) });
  const later = <Later subject={subject.slice(0, 200)} detail={t("imp.lines", { list: kind.lines.slice(0, 200).join(t("desk.comma")) })} now={now} />;
  const can = kind.refused && now.state === "done" && field && placesOf(type).some((f) => f.name === field.name);
  const open = kind.lines.filter((n) => (mending.results.get(n)?.action ?? "refused") === "refused");
  const update = kind.code === "not_unique" && field && keysOf(type, now.plan.columns).includes(field) && may(type.name, "update");
  const empty = () => void mending.attempt(Object.fromEntries(open.map((n) => [n, { ...mending.said[n], [field!.name]: "" }])));
  return (
    <span className="kind-acts">
      {can && isPicked(field) && kind.values.size > 0 && <Meanings kind={kind} field={field} mending={mending} />}
      <span className="imp-acts">
        {can && update && open.length > 0 && <Button size="small" disabled={mending.busy} onClick={() => void mending.attempt(Object.fromEntries(open.map((n) => [n, mending.said[n] ?? {}])), { mode: "update", key: field.name })}>{t("mend.update_all", { n: thousands(open.length), field: field.label })}</Button>}
        {can && kind.code !== "not_unique" && field.required !== "true" && open.length > 0 && <Button size="small" disabled={mending.busy} onClick={empty}>{t("mend.empty_all", { n: thousands(open.length), field: field.label })}</Button>}
        {later}
      </span>
    </span>
  );
}

// What unknown values of a field stand for, each said once.
function Meanings({ kind, field, mending }: { kind: ProblemKind; field: Field; mending: Mending }) {
  const [means, setMeans] = useState<Record<string, unknown>>({});
  const values = [...kind.values].sort((a, b) => b[1].length - a[1].length).slice(0, mostValues);
  const rows: Said = {};
  for (const [value, lines] of values) if (means[value]) for (const n of lines) rows[n] = { ...mending.said[n], [field.name]: means[value] };
  const n = Object.keys(rows).length;
  return (
    <span className="kind-means">
      {values.map(([value, lines]) => <label key={value}><span className="cut" title={value}>{t("imp.value_n", { value, n: thousands(lines.length) })}</span><i aria-hidden="true">→</i><Box field={field} value={means[value]} set={(v) => setMeans({ ...means, [value]: v })} /></label>)}
      {n > 0 && <Button size="small" type="primary" loading={mending.busy} onClick={() => void mending.attempt(rows)}>{t("mend.try", { n: thousands(n) })}</Button>}
    </span>
  );
}
