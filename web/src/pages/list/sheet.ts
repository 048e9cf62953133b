// What a person may take along of a list, as a sheet or on paper.
import type { RecordType } from "../../api/types";
import { fieldsOf, useKnown } from "../../model";
import type { Column } from "../../parts/table";
import { useMay } from "../../rights";
import type { Asked } from "./state";

/** useSheet tells whether this person may export a list, and which of its columns: those of linked records need that right on their type too. */
export function useSheet(type: RecordType, columns: Column[]) {
  const { types } = useKnown();
  const may = useMay();
  const target = (c: Column) => (c.name.includes(".") ? types.get(fieldsOf(type).get(c.name.split(".")[0]!)?.to ?? "") : undefined);
  const out = columns.filter((c) => { const to = target(c); return !to || may(to.name, "export"); });
  const left = [...new Set(columns.filter((c) => !out.includes(c)).map((c) => target(c)!.plural))];
  return { may: may(type.name, "export"), columns: out, left };
}

const longest = 6000; // characters of an address that everything between here and the server takes

/** printList opens a list on paper in a window of its own. */
export function printList(type: string, asked: Asked, columns: Column[]) {
  const all = Object.entries({ ...asked, fields: columns.map((c) => c.name).join(",") }).filter((e): e is [string, string] => !!e[1]);
  const path = `/print/${type}`, query = new URLSearchParams(all).toString();
  if (query.length <= longest) return void window.open(`${path}?${query}`, "_blank", "noopener");
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: path, target: "_blank", hidden: true });
  form.rel = "noopener";
  for (const [name, value] of all) form.append(Object.assign(document.createElement("input"), { name, value }));
  document.body.append(form);
  form.submit();
  form.remove();
}
