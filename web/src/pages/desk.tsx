// The parts that today, import and settings are set from: cards on a grey
// ground, strips of figures, plain tables.
import "./desk.css";
import "../i18n/extra";
import { Spin } from "antd";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { momentText, fullMoment } from "../format";
import { t } from "../i18n";
import { sentence } from "../saving";

/** Card is a titled block. */
export function Card({ title, count, end, flush, children, label }: { title?: ReactNode; count?: ReactNode; end?: ReactNode; flush?: boolean; children: ReactNode; label?: string }) {
  return (
    <section className={"desk-card" + (flush ? " flush" : "")} aria-label={label ?? (typeof title === "string" ? title : undefined)}>
      {title && <header><h2>{title}</h2>{count !== undefined && <small>{count}</small>}{end && <span className="end">{end}</span>}</header>}
      {children}
    </section>
  );
}

/** Figure is one cell of a strip: label, value, a line below it. */
export interface Figure { key: string; label: ReactNode; value: ReactNode; note?: ReactNode; to?: string; tone?: string }

/** Strip is a row of figures; on a phone two abreast. */
export function Strip({ figures, label }: { figures: Figure[]; label: string }) {
  if (!figures.length) return null;
  return (
    <div className="figures" role="group" aria-label={label} style={{ ["--n" as string]: figures.length }}>
      {figures.map((f) => {
        const inside = <><span className="k">{f.label}</span><span className={"v " + (f.tone ?? "")}>{f.value}</span><span className="h">{f.note}</span></>;
        return f.to ? <Link key={f.key} to={f.to}>{inside}</Link> : <div key={f.key}>{inside}</div>;
      })}
    </div>
  );
}

/** State is a dot and a word. tone: ac, grn, red, amb or none. */
export const State = ({ tone = "", children }: { tone?: string; children: ReactNode }) => <span className={"dotted " + tone}><i aria-hidden="true" />{children}</span>;

/** When is a moment as people say it, whole on hover. */
export const When = ({ at, short }: { at?: string; short?: boolean }) => (at ? <time dateTime={at} title={fullMoment(at)}>{momentText(at, short)}</time> : null);

/** Loading stands where an answer is awaited. */
export const Loading = () => <div className="empty" role="status" aria-label={t("state.loading")}><Spin delay={200} /></div>;

/** Failed says what went wrong and offers to ask again. */
export function Failed({ error, again }: { error: unknown; again?: () => void }) {
  return <div className="empty" role="alert"><p>{sentence(error)}</p>{again && <button type="button" className="as-link" onClick={again}>{t("desk.again")}</button>}</div>;
}

/** thousands groups a count. */
export const thousands = (n: number) => n.toLocaleString("en");
