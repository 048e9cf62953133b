// Bringing a sheet in: choose it, look at what was understood, let it run,
// see what came of it. Which of these is shown follows from the import's state,
// so that one may leave and come back.
import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { get } from "../api/client";
import type { ImportState } from "../api/types";
import { t } from "../i18n";
import "../i18n/imports";
import { useKnown } from "../model";
import { Failed, Loading } from "./desk";
import { isFresh, isMoving, learnBeside } from "./imports/parts";
import { Plan } from "./imports/plan";
import { Result } from "./imports/result";
import { Running } from "./imports/running";
import { Start } from "./imports/start";
import "./imports/imports.css";

export default function Imports() {
  const { id } = useParams();
  return <div className="desk">{id ? <One key={id} id={id} /> : <Start />}</div>;
}

function One({ id }: { id: string }) {
  learnBeside(useKnown().types);
  const asked = useQuery({
    queryKey: ["import", id], queryFn: ({ signal }) => get<ImportState>(`/sys/imports/${id}`, signal),
    refetchInterval: (q) => (q.state.data && isMoving(q.state.data.state) ? 700 : false),
  });
  if (asked.isPending) return <Loading />;
  if (!asked.data) return <Failed error={asked.error} again={() => void asked.refetch()} />;
  const now = asked.data;
  return (
    <>
      <Head of={now} />
      {isFresh(now.state) ? <Plan now={now} /> : isMoving(now.state) ? <Running now={now} /> : <Result now={now} />}
    </>
  );
}

const steps = ["imp.step_file", "imp.step_plan", "imp.step_run", "imp.step_result"];

function Head({ of }: { of: ImportState }) {
  const { types } = useKnown();
  const at = isFresh(of.state) ? 1 : isMoving(of.state) ? (of.dry_run ? 1 : 2) : 3;
  return (
    <div className="desk-head">
      <h1>{t("imp.title", { what: types.get(of.type)?.label ?? of.type })}</h1>
      <span className="sub" title={of.file}>{of.file}</span>
      <span className="fill" />
      <ol className="imp-steps" aria-label={t("imp.steps")}>
        {steps.map((s, i) => <li key={s} className={i < at ? "past" : i === at ? "at" : ""} aria-current={i === at ? "step" : undefined}><i aria-hidden="true">{i < at ? "✓" : i + 1}</i>{t(s)}</li>)}
      </ol>
    </div>
  );
}
