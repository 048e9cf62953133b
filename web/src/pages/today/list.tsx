// A declared list as lines: whom it is about, what it says, when it is due.
import { PlusOutlined } from "@ant-design/icons";
import { Checkbox } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import type { Block, Choice, Field, Rec, RecordType, Ref } from "../../api/types";
import { blank } from "../../fields/parts";
import { t } from "../../i18n";
import { recordPath, useKnown } from "../../model";
import { Value } from "../../parts/value";
import { useSaving } from "../../saving";
import { useShell } from "../../shell/shell";
import { Card, Failed, Loading, When } from "../desk";
import { countText, dueText, useBlock, type Shape } from "./parts";

export function ListCard({ block }: { block: Block }) {
  const { shape, list } = useBlock(block, block.limit ?? 6);
  const { create } = useShell();
  if (!shape) return null;
  const rows = list.data?.items ?? [];
  const total = list.data?.total;
  const { of } = shape;
  const may = of.fields.some((f) => f.level === "write") && !of.builtin;
  const all = `/t/${of.name}?` + new URLSearchParams({ ...(viewOf(of, block) ? { view: viewOf(of, block)! } : { view: "all", f: block.filter ?? "" }) }).toString();
  const end = may ? <button type="button" className="as-link" onClick={() => create(of.name)}><PlusOutlined aria-hidden="true" /> {t("day.one_more")}</button> : undefined;
  return (
    <Card title={block.label ?? of.plural} count={countText(total)} end={end}>
      {list.isPending ? <Loading /> : list.isError ? <Failed error={list.error} again={() => void list.refetch()} /> : rows.length === 0 ? <p className="today-none">{t("day.none")}</p> : (
        <ul className="today-rows">{rows.map((r) => <Row key={r.id} rec={r} shape={shape} done={doneOf(of, block)} />)}</ul>
      )}
      {total && (total.count > rows.length || !total.exact) && <Link className="today-all" to={all}>{t("day.all", { n: countText(total) })}</Link>}
    </Card>
  );
}

const viewOf = (of: RecordType, block: Block) => of.views?.find((v) => (v.filter ?? "") === (block.filter ?? "") && block.filter)?.name;

interface Done { field: Field; choice: Choice }

// What is one's own, stands alone and has one good end can be ticked off here.
function doneOf(of: RecordType, block: Block): Done | undefined {
  const m = /(\w+) (?:in \[([^\]]*)\]|== '(\w+)')/.exec((block.filter ?? "").replace(/owner == me\(\) and /, ""));
  const field = m && of.fields.find((f) => f.name === m[1] && f.kind === "choice" && f.level === "write");
  if (!field || of.root || !/owner == me\(\)/.test(block.filter ?? "")) return undefined;
  const good = (field.choices ?? []).filter((c) => c.color === "green");
  return good.length === 1 ? { field, choice: good[0]! } : undefined;
}

function Row({ rec, shape, done }: { rec: Rec; shape: Shape; done?: Done }) {
  const { types } = useKnown();
  const saving = useSaving(shape.of);
  const [ticked, setTicked] = useState(false);
  const { link, due, when, money } = shape;
  const target = link && (rec[link.name] as Ref | undefined);
  // What belongs to somebody is told by whom it is about, what stands alone by its own name.
  const named = shape.words.find((f) => f.name === shape.of.title && !blank(rec[f.name]));
  const title = shape.of.root && target && !target.hidden ? undefined : named;
  const words = [...(named && !title ? [named] : []), ...shape.words.filter((f) => f !== named && !blank(rec[f.name]))];
  const head = title ? <Link to={recordPath(shape.of.name, rec.id)}>{rec.title}</Link> : target && !target.hidden ? <Link to={recordPath(link!.to ?? "", target.id)}>{target.title}</Link> : <Link to={recordPath(shape.of.name, rec.id)}>{rec.title}</Link>;
  const state = due && !blank(rec[due.name]) ? dueText(rec[due.name]) : null;
  const tick = async (on: boolean) => {
    if (!done) return;
    setTicked(on);
    const wrong = await saving.save(rec, { [done.field.name]: done.choice.value }, shape.of.label);
    if (wrong.length) setTicked(false);
  };
  return (
    <li className={ticked ? "ticked" : ""}>
      {done && rec.rights?.update !== false && <Checkbox checked={ticked} disabled={ticked} aria-label={`${done.choice.label}: ${rec.title}`} onChange={(e) => void tick(e.target.checked)} />}
      <span className="body">
        <span className="head">{head}{title && target && !target.hidden && types.has(link!.to ?? "") && <Link className="whom" to={recordPath(link!.to!, target.id)}>{target.title}</Link>}</span>
        {words.length > 0 && <Link className="words" to={recordPath(shape.of.name, rec.id)}>{words.map((f) => <span key={f.name}><Value field={f} value={rec[f.name]} place="cell" /></span>)}</Link>}
      </span>
      <span className="end">
        {money && !blank(rec[money.name]) && <b><Value field={money} value={rec[money.name]} place="fact" /></b>}
        {state ? <small className={state.tone}>{state.text}</small> : when && !blank(rec[when.name]) && <small className="soft">{when.kind === "datetime" ? <When at={String(rec[when.name])} /> : <Value field={when} value={rec[when.name]} place="cell" />}</small>}
      </span>
    </li>
  );
}
