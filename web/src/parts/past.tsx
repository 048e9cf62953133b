// A record as it stood at a moment, beside what it is now.
import { Drawer, Skeleton, Switch } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get, query } from "../api/client";
import type { Field, Rec, RecordType } from "../api/types";
import { kindOf } from "../fields";
import { blank } from "../fields/values";
import { dateText, fullMoment } from "../format";
import { t } from "../i18n";
import { usePhone } from "../mode";
import { fieldsOf } from "../model";
import { sentence } from "../saving";
import { Value } from "./value";
import "../i18n/past";
import "./past.css";

/** Then is a record of the past: its values, who had written it last, and what is computed and not on record. */
type Then = Rec & { as_of: { written_at: string; actor_name: string; source: string }; not_kept: string[] };

interface Props { type: RecordType; rec: Rec; at: string; close: () => void }

/** Past shows a record as of a day or of a revision ("rev:3"). */
export function Past({ type, rec, at, close }: Props) {
  const phone = usePhone();
  const [all, setAll] = useState(false);
  const asked = useQuery({ queryKey: ["past", type.name, rec.id, rec.rev, at], retry: 0, queryFn: ({ signal }) => get<Then>(`/${type.name}/${rec.id}` + query({ as_of: at }), signal) });
  const then = asked.data;
  const title = at.startsWith("rev:") ? t("past.rev", { n: at.slice(4) }) : t("past.day", { day: dateText(at) });
  return (
    <Drawer open onClose={close} size={phone ? "100%" : 720} title={title} className="past">
      {asked.isError && <p className="nothing" role="alert">{sentence(asked.error)}</p>}
      {asked.isPending && <Skeleton active />}
      {then && (
        <>
          <p className="quiet">{t("past.by", { who: then.as_of.actor_name, when: fullMoment(then.as_of.written_at) })}</p>
          <label className="past-all"><Switch size="small" checked={all} onChange={setAll} aria-label={t("past.all")} /> {t("past.all")}</label>
          <Table type={type} then={then} now={rec} all={all} />
          {then.not_kept.length > 0 && <p className="quiet past-note">{t("past.not_kept")}</p>}
        </>
      )}
    </Drawer>
  );
}

function Table({ type, then, now, all }: { type: RecordType; then: Then; now: Rec; all: boolean }) {
  const known = fieldsOf(type), gone = new Set(then.not_kept);
  const builtin = ["owner", "department"].flatMap((n) => known.get(n) ?? []);
  const fields = [...builtin, ...type.fields].filter((f) => !f.computed && !gone.has(f.name) && f.kind !== "files" && !(blank(then[f.name]) && blank(now[f.name])));
  const differs = (f: Field) => said(f, then[f.name]) !== said(f, now[f.name]);
  const shown = all ? fields : fields.filter(differs);
  if (shown.length === 0) return <p className="nothing">{t("past.same")}</p>;
  return (
    <table>
      <thead><tr><th scope="col">{t("past.what")}</th><th scope="col">{t("past.then")}</th><th scope="col">{t("past.now")}</th></tr></thead>
      <tbody>
        {shown.map((f) => {
          const other = differs(f);
          return (
            <tr key={f.name} className={other ? "differs" : ""}>
              <th scope="row">{f.label}</th>
              <td>{other ? <Cell field={f} value={then[f.name]} /> : <span className="quiet">{t("past.as_now")}</span>}</td>
              <td><Cell field={f} value={now[f.name]} /></td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

// That there was a masked value is known, which one is not.
const hidden = (v: unknown) => v === "****" || (!!v && typeof v === "object" && "masked" in v);

const said = (f: Field, v: unknown) => (blank(v) ? "" : f.sealed || f.level === "masked" ? "****" : kindOf(f).text(v, f) || JSON.stringify(v));

function Cell({ field, value }: { field: Field; value: unknown }) {
  if (blank(value)) return <span className="quiet">{t("field.empty")}</span>;
  if (hidden(value)) return <span className="mask">****</span>;
  return <Value field={field} value={value} place="fact" />;
}
