// What others and oneself changed last, in the type that everything points to.
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { get, query } from "../../api/client";
import type { Listed } from "../../api/types";
import { dayIn, momentText, clock, today } from "../../format";
import { t } from "../../i18n";
import { listPath, recordPath } from "../../model";
import { useHub } from "../../shell/places";
import { Card, Failed, Loading } from "../desk";

/** Changed lists one's own customers where one has some, else everybody's. */
export function Changed({ mine }: { mine: boolean }) {
  const type = useHub();
  const filter = mine ? "owner == me()" : undefined;
  const list = useQuery({
    queryKey: ["home", "changed", type?.name ?? "", mine], enabled: !!type, staleTime: 30_000,
    queryFn: ({ signal }) => get<Listed>(`/${type!.name}` + query({ filter, order_by: "-updated_at", page_size: 10, fields: "updated_at,updated_by,created_at", total: "none" }), signal),
  });
  if (!type || list.data?.items.length === 0) return null;
  const recent = type.views?.find((v) => v.sort === "-updated_at")?.name;
  return (
    <Card title={t("day.changed")} count={type.plural} end={<Link to={listPath(type.name, recent)}>{t("desk.all")}</Link>}>
      {list.isPending ? <Loading /> : list.isError ? <Failed error={list.error} again={() => void list.refetch()} /> : (
        <ul className="today-changed">
          {list.data.items.map((r) => {
            const at = String(r.updated_at);
            const fresh = r.created_at === r.updated_at;
            return (
              <li key={r.id}>
                <time dateTime={at}>{dayIn(new Date(at)) === today() ? clock(new Date(at)) : momentText(at, true)}</time>
                <span><Link to={recordPath(type.name, r.id)}>{r.title}</Link><small className="second">{t(fresh ? "day.made_by" : "day.changed_by", { who: r.updated_by?.title ?? "" })}</small></span>
              </li>
            );
          })}
        </ul>
      )}
    </Card>
  );
}
