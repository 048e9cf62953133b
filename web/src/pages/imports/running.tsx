// An import at work: how far, how fast, how long still. One may leave.
import { Button } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { post } from "../../api/client";
import type { ImportState } from "../../api/types";
import { durationText } from "../../format";
import { t } from "../../i18n";
import { useKnown } from "../../model";
import { useNotify } from "../../saving";
import { Card, thousands } from "../desk";

const numbers = ["created", "updated", "unchanged", "refused", "warned"] as const;

export function Running({ now }: { now: ImportState }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const notify = useNotify();
  const { types } = useKnown();
  const [stopping, setStopping] = useState(false);
  const undoing = now.state === "undoing";
  const total = undoing ? now.created + now.updated : (now.total ?? 0);
  const done = undoing ? now.undone + now.kept : now.done;
  const part = total ? Math.min(100, (100 * done) / total) : 0;
  const rate = undoing ? 0 : (now.rows_per_second ?? 0);
  const stop = async () => {
    setStopping(true);
    try {
      client.setQueryData(["import", now.id], await post<ImportState>(`/sys/imports/${now.id}/cancel`));
    } catch (e) {
      notify.failed(e);
      setStopping(false);
    }
    void client.invalidateQueries({ queryKey: ["import", now.id] });
  };
  const what = undoing ? "imp.undoing" : now.state === "waiting" ? "imp.waiting" : now.dry_run ? "imp.checking" : "imp.running";
  return (
    <Card label={t(what)}>
      <div className="imp-run">
        <h2 role="status">{t(what)}</h2>
        <div className="rail" role="progressbar" aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(part)} aria-label={t(what)}><i style={{ width: `${part}%` }} /></div>
        <div className="imp-pace">
          <span>{total ? t("imp.of_rows", { done: thousands(done), all: thousands(total) }) : t("imp.rows_n", { n: thousands(done) })}</span>
          <span className="soft">{rate > 0 && (total > done ? t("imp.pace", { rate: thousands(rate), left: durationText((total - done) / rate) }) : t("imp.rate", { rate: thousands(rate) }))}</span>
        </div>
        {!undoing && (
          <dl className="imp-counts">
            {numbers.map((n) => <div key={n}><dt>{t("imp." + n)}</dt><dd className={n === "refused" && now.refused ? "red" : ""}>{thousands(now[n])}</dd></div>)}
            {now.beside?.map((b) => <div key={b.type}><dt>{types.get(b.type)?.plural ?? b.type}</dt><dd>{thousands(b.created + b.updated)}</dd></div>)}
          </dl>
        )}
        <div className="imp-acts">
          <span className="soft small">{t(now.dry_run ? "imp.leave_check" : "imp.leave")}</span>
          <span className="desk-fill" />
          {!undoing && <Button loading={stopping} onClick={() => void stop()}>{t("imp.stop")}</Button>}
          <Button onClick={() => void navigate("/imports")}>{t("imp.go_away")}</Button>
        </div>
      </div>
    </Card>
  );
}
