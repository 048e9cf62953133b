// A list as columns of cards by one choice. Cards move by drag or by keyboard
// (Alt + arrow); the move is an ordinary edit and can be undone.
import { useState } from "react";
import type { Rec, RecordType } from "../api/types";
import { blank } from "../fields/parts";
import { t } from "../i18n";
import { fieldsOf } from "../model";
import { useSaving } from "../saving";
import type { Column } from "./table";
import { Value } from "./value";

export function Board({ type, by, rows, columns, onOpen }: { type: RecordType; by: string; rows: Rec[]; columns: Column[]; onOpen: (r: Rec) => void }) {
  const field = fieldsOf(type).get(by);
  const { save } = useSaving(type);
  const [over, setOver] = useState("");
  if (!field?.choices) return null;
  const lanes = field.choices.filter((c) => !c.retired || rows.some((r) => r[by] === c.value));
  const may = field.level === "write" && !field.computed;
  const move = (r: Rec, to: string) => { if (may && r[by] !== to) void save(r, { [by]: to }, field.label); };
  return (
    <div className="board">
      {lanes.map((lane, n) => {
        const list = rows.filter((r) => r[by] === lane.value);
        return (
          <section key={lane.value} className={"lane" + (over === lane.value ? " over" : "")} aria-label={lane.label}
            onDragOver={(e) => { if (may) { e.preventDefault(); setOver(lane.value); } }} onDragLeave={() => setOver("")}
            onDrop={(e) => { setOver(""); const r = rows.find((x) => x.id === e.dataTransfer.getData("text/plain")); if (r) move(r, lane.value); }}>
            <h2>{lane.label} <small>{list.length}</small></h2>
            {list.map((r) => (
              <button key={r.id} type="button" className="tile" draggable={may} title={may ? t("board.move") : undefined} onDragStart={(e) => e.dataTransfer.setData("text/plain", r.id)} onClick={() => onOpen(r)}
                onKeyDown={(e) => { const next = e.altKey && (e.key === "ArrowRight" ? lanes[n + 1] : e.key === "ArrowLeft" ? lanes[n - 1] : undefined); if (next) { e.preventDefault(); move(r, next.value); } }}>
                <b>{r.title}</b>
                {columns.filter((c) => !c.title && c.name !== by && !blank(r[c.name])).slice(0, 3).map((c) => <span key={c.name}><small>{c.field.label}</small> <Value field={c.field} value={r[c.name]} place="cell" /></span>)}
              </button>
            ))}
          </section>
        );
      })}
    </div>
  );
}
