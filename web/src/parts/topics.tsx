// What is known of somebody, topic by topic; what has been seen often stands
// first, what must be avoided in red.
import { PlusOutlined, WarningFilled } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import type { Block, Field, Rec, RecordType } from "../api/types";
import { kindOf } from "../fields";
import { blank, str } from "../fields/values";
import { t } from "../i18n";
import { fieldsOf } from "../model";
import { countText } from "./record";
import { useAdd, useRelated } from "./related";
import { Peek } from "./peek";

const choice = (f: Field | undefined, value: string) => f?.choices?.find((c) => c.value === value);

// What no choice tells of stands last.
const place = (order: string[], value: string) => (order.includes(value) ? order.indexOf(value) : order.length);

export function Topics({ type, rec, block }: { type: RecordType; rec: Rec; block: Block }) {
  const [peek, setPeek] = useState("");
  const { of, via, columns, list } = useRelated(type, rec, block, 200);
  const add = useAdd(type, rec, of, via);
  if (!of || list.isError) return null;
  const group = fieldsOf(of).get(block.group ?? "");
  const text = columns[0], times = columns.find((c) => c.kind === "integer"), avoid = columns.find((c) => c.kind === "bool");
  const rows = list.data?.items ?? [];
  const order = group?.choices?.map((c) => c.value) ?? [];
  const topics = [...new Set(rows.map((r) => str(r[block.group ?? ""])))].sort((a, b) => place(order, a) - place(order, b));
  const groups = [...new Set(topics.map((x) => choice(group, x)?.group ?? ""))];
  const label = block.label ?? of.plural;
  return (
    <section className="topics" aria-label={label}>
      <header>
        <h2>{label} <small>{countText(list.data?.total)}</small></h2>
        {add && <Button type="link" size="small" icon={<PlusOutlined />} onClick={add}>{t("act.new_of", { what: of.label })}</Button>}
      </header>
      {list.isPending && <div className="bone-lines" aria-hidden="true"><i /><i /><i /></div>}
      {list.isSuccess && !rows.length && <p className="quiet none">{t("topics.none")}</p>}
      <div className="topic-groups">
        {groups.map((g) => (
          <section key={g} aria-label={g || undefined}>
            {g && <h3>{g}</h3>}
            <dl>
              {topics.filter((x) => (choice(group, x)?.group ?? "") === g).map((topic) => (
                <div key={topic}>
                  <dt title={choice(group, topic)?.label}>{choice(group, topic)?.label ?? topic}</dt>
                  {rows.filter((r) => str(r[block.group ?? ""]) === topic).map((r) => (
                    <dd key={r.id} className={avoid && r[avoid.name] === true ? "avoid" : ""}>
                      <button type="button" onClick={() => setPeek(r.id)}>{avoid && r[avoid.name] === true && <WarningFilled aria-label={avoid.label} />} {text && !blank(r[text.name]) ? kindOf(text).text(r[text.name], text) : r.title}</button>
                      {times && !blank(r[times.name]) && <small>{str(r[times.name])} {times.unit}</small>}
                    </dd>
                  ))}
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      {peek && <Peek type={of} id={peek} close={() => setPeek("")} />}
    </section>
  );
}
