// What runs out or is late: every view that a pack declares against today's
// date and that is not empty.
import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { Link } from "react-router";
import { get, query } from "../../api/client";
import type { Block, Field, Listed, RecordType, View } from "../../api/types";
import { t } from "../../i18n";
import { fieldsOf, listPath, useKnown } from "../../model";
import { Icon } from "../../shell/icons";
import { Card, Loading } from "../desk";
import { countText, dueText } from "./parts";

interface Watch { type: RecordType; view: View; field: Field; late: boolean }

const clause = /(\w+)\s*(<=?)\s*(add_days\()?(?:today|now)\(\)/;

/** watches lists such views, the late ones first; what the home already shows is left out. */
function watches(types: Map<string, RecordType>, home: Block[], roles: string[], admin: boolean): Watch[] {
  const out: Watch[] = [];
  for (const type of types.values()) {
    for (const view of type.views ?? []) {
      const m = clause.exec(view.filter ?? "");
      const field = m && fieldsOf(type).get(m[1]!);
      if (!m || !field || home.some((b) => b.of === type.name && b.filter === view.filter)) continue;
      if (view.roles && !admin && !view.roles.some((r) => roles.includes(r))) continue;
      out.push({ type, view, field, late: m[2] === "<" });
    }
  }
  return out.sort((a, b) => Number(b.late) - Number(a.late)).slice(0, 12);
}

export function Attention({ home }: { home: Block[] }) {
  const { types, session } = useKnown();
  const list = useMemo(() => watches(types, home, session.user.roles, session.user.admin), [types, home, session]);
  const answers = useQueries({
    queries: list.map((w) => ({
      queryKey: ["home", "watch", w.type.name, w.view.name], staleTime: 60_000,
      queryFn: ({ signal }: { signal: AbortSignal }) => get<Listed>(`/${w.type.name}` + query({ view: w.view.name, page_size: 3, fields: [w.field.name, w.type.root].filter(Boolean).join(","), total: "capped" }), signal),
    })),
  });
  const found = list.map((w, i) => ({ ...w, data: answers[i]?.data })).filter((w) => w.data && w.data.items.length > 0);
  const waiting = answers.some((a) => a.isPending);
  if (!found.length && !waiting) return null;
  return (
    <Card title={t("day.watch")} count={found.length || ""}>
      {!found.length ? <Loading /> : (
        <ul className="today-rows watch">{found.map((w) => <Line key={w.type.name + w.view.name} watch={w} data={w.data!} />)}</ul>
      )}
    </Card>
  );
}

function Line({ watch, data }: { watch: Watch; data: Listed }) {
  const { type, view, field, late } = watch;
  const about = data.items.map((r) => (type.root && r[type.root] ? ((r[type.root] as { title?: string }).title ?? r.title) : r.title));
  const next = dueText(data.items[0]?.[field.name]);
  return (
    <li>
      <span className={"sign " + (late ? "red" : "amb")} aria-hidden="true"><Icon name={type.icon} /></span>
      <span className="body">
        <span className="head"><Link to={listPath(type.name, view.name)}>{t("day.watch_line", { what: type.plural, view: view.label })}</Link></span>
        <span className="words">{[...new Set(about)].join("、")}</span>
      </span>
      <span className="end"><b className={late ? "red" : ""}>{countText(data.total)}</b>{next.text && <small className={late ? "red" : next.tone}>{next.text}</small>}</span>
    </li>
  );
}
