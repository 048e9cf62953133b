// The fields a list can show, by section, as a tree under one box: typing
// looks in all of them, arrows move, right unfolds a link, Enter ticks.
import { CaretDownOutlined, CaretRightOutlined, CheckOutlined, SearchOutlined } from "@ant-design/icons";
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent } from "react";
import type { Field, RecordType } from "../../api/types";
import { t } from "../../i18n";
import { showable } from "./fields";

interface Props { type: RecordType; types: Map<string, RecordType>; has: (name: string) => boolean; turn: (name: string, on: boolean) => void }

interface Entry { field: Field; label: string; head?: string; unfolds?: boolean; inside?: boolean }

const linkOf = (f: Field) => (f.name.includes(".") ? f.name.split(".")[0]! : "");

export function Pick({ type, types, has, turn }: Props) {
  const [words, setWords] = useState("");
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [at, setAt] = useState(0);
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const list = useMemo(() => entries(type, showable(type, types), words.trim().toLowerCase(), open), [type, types, words, open]);
  const now = Math.min(at, list.length - 1);
  useEffect(() => { box.current?.querySelector(`#${CSS.escape(id + now)}`)?.scrollIntoView({ block: "nearest" }); }, [now, list, id]);
  const unfold = (name: string, on: boolean) => setOpen((old) => { const next = new Set(old); if (on) next.add(name); else next.delete(name); return next; });
  const onKeyDown = (e: KeyboardEvent<HTMLInputElement>) => {
    if (e.nativeEvent.isComposing) return;
    const here = list[now], atEnd = e.currentTarget.selectionStart === words.length;
    if (e.key === "ArrowDown" || e.key === "ArrowUp") setAt(Math.max(0, Math.min(list.length - 1, now + (e.key === "ArrowDown" ? 1 : -1))));
    else if (e.key === "Enter" && here) turn(here.field.name, !has(here.field.name));
    else if (e.key === "ArrowRight" && atEnd && here?.unfolds) unfold(here.field.name, true);
    else if (e.key === "ArrowLeft" && !words && here?.inside) { setAt(list.findIndex((x) => x.field.name === linkOf(here.field))); unfold(linkOf(here.field), false); }
    else if (e.key === "ArrowLeft" && !words && here?.unfolds) unfold(here.field.name, false);
    else if (e.key === "Escape" && words) { e.stopPropagation(); setWords(""); }
    else return;
    e.preventDefault();
  };
  return (
    <div className="columns-pick">
      <label className="within"><SearchOutlined aria-hidden="true" />
        <input autoFocus type="text" role="combobox" aria-label={t("columns.add")} placeholder={t("columns.add")} aria-expanded="true" aria-haspopup="tree" aria-controls={id} aria-activedescendant={list.length ? id + now : undefined} autoComplete="off" value={words} onChange={(e) => { setWords(e.target.value); setAt(0); }} onKeyDown={onKeyDown} />
      </label>
      <div ref={box} id={id} className="pick-tree" tabIndex={-1} role="tree" aria-label={t("columns.add")} aria-multiselectable="true">
        {list.map((x, i) => (
          <Item key={x.field.name} id={id + i} entry={x} at={i === now} ticked={has(x.field.name)} open={open.has(x.field.name)} press={() => { setAt(i); turn(x.field.name, !has(x.field.name)); }} unfold={() => { setAt(i); unfold(x.field.name, !open.has(x.field.name)); }} />
        ))}
        {list.length === 0 && <p className="quiet" role="treeitem">{t("state.nothing")}</p>}
      </div>
    </div>
  );
}

interface ItemProps { id: string; entry: Entry; at: boolean; ticked: boolean; open: boolean; press: () => void; unfold: () => void }

function Item({ id, entry, at, ticked, open, press, unfold }: ItemProps) {
  const turnOver = (e: MouseEvent) => { e.stopPropagation(); unfold(); };
  return (
    <>
      {entry.head && <div className="pick-head" role="presentation">{entry.head}</div>}
      <div id={id} role="treeitem" aria-label={entry.label} aria-level={entry.inside ? 2 : 1} aria-selected={ticked} aria-expanded={entry.unfolds ? open : undefined} className={"pick-item" + (at ? " at" : "") + (entry.inside ? " inside" : "")} onMouseDown={(e) => e.preventDefault()} onClick={press}>
        <i className={"pick-box" + (ticked ? " on" : "")} aria-hidden="true">{ticked && <CheckOutlined />}</i>
        <span className="grow" title={entry.label}>{entry.label}</span>
        {entry.unfolds && <span className="pick-caret" aria-hidden="true" title={t("columns.unfold", { what: entry.label })} onClick={turnOver}>{open ? <CaretDownOutlined /> : <CaretRightOutlined />}</span>}
      </div>
    </>
  );
}

// What is listed: all by section, with what a link that is open leads to; or
// whatever has the words in its label.
function entries(type: RecordType, all: Field[], words: string, open: ReadonlySet<string>): Entry[] {
  if (words) return all.filter((f) => f.label.toLowerCase().includes(words)).map((field) => ({ field, label: field.label }));
  const sections = [...(type.sections ?? []).map((s) => s.name), ""];
  const labelOf = (name: string) => type.sections?.find((s) => s.name === name)?.label ?? (type.sections?.length ? t("form.other") : "");
  const sectionOf = (f: Field) => (sections.includes(f.section ?? "") ? (f.section ?? "") : "");
  const out: Entry[] = [];
  for (const s of sections) {
    const own = all.filter((f) => !linkOf(f) && sectionOf(f) === s);
    own.forEach((field, i) => {
      const below = all.filter((f) => linkOf(f) === field.name);
      out.push({ field, label: field.label, head: i === 0 ? labelOf(s) : undefined, unfolds: below.length > 0 });
      if (open.has(field.name)) out.push(...below.map((f): Entry => ({ field: f, label: f.label.slice(field.label.length + 3), inside: true })));
    });
  }
  return out;
}
