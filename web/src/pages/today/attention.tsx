// What runs out or is late: one line for each declared count that is not
// nought, the late ones first.
import { CheckCircleOutlined } from "@ant-design/icons";
import { useQueries } from "@tanstack/react-query";
import { Link } from "react-router";
import { get, query } from "../../api/client";
import type { Block, Listed } from "../../api/types";
import { t } from "../../i18n";
import { useKnown } from "../../model";
import { Icon } from "../../shell/icons";
import { Card, Failed, Loading } from "../desk";
import { pathOfBlock } from "./list";
import { countText, dueText, isLate, notHis, refIn, shapeOf, type Shape } from "./parts";

export function Attention({ lines }: { lines: Block[] }) {
  const { types } = useKnown();
  const list = lines.map((block) => ({ block, shape: shapeOf(block, types)! })).filter((x) => x.shape);
  const answers = useQueries({
    queries: list.map(({ block, shape }) => ({
      queryKey: ["home", "count", block.of, block.filter ?? "", block.sort ?? ""], staleTime: 60_000,
      queryFn: ({ signal }: { signal: AbortSignal }) => get<Listed>(`/${block.of}` + query({ filter: block.filter, order_by: block.sort, page_size: 3, fields: shape.asked.join(","), total: "capped" }), signal),
    })),
  });
  if (!list.length) return null;
  const waiting = answers.some((a) => a.isPending);
  const failed = answers.find((a) => a.isError && !notHis(a.error));
  const again = () => answers.forEach((a) => a.isError && void a.refetch());
  const lost = list.filter((_, i) => answers[i]!.isError && !notHis(answers[i]!.error)).map((x) => x.block.label ?? x.shape.of.plural); // what did not answer does not hide the rest
  const found = list.map((x, i) => ({ ...x, data: answers[i]?.data })).filter((x) => x.data?.items.length).map((x) => ({ ...x, late: !!x.shape.due && isLate(x.data!.items[0]![x.shape.due.name]) }));
  found.sort((a, b) => Number(b.late) - Number(a.late));
  return (
    <Card title={t("day.watch")} count={found.length || ""}>
      {waiting && !found.length ? <Loading /> : failed && !found.length ? <Failed error={failed.error} again={again} /> : !found.length ? <p className="today-none"><CheckCircleOutlined className="grn" aria-hidden="true" /> {t("day.watch_none")}</p> : (
        <ul className="today-rows watch">{found.map((x) => <Line key={x.block.of + (x.block.filter ?? "")} {...x} data={x.data!} />)}</ul>
      )}
      {failed && found.length > 0 && <p className="today-none" role="alert">{t("day.watch_part", { what: lost.join(t("desk.comma")) })} <button type="button" className="as-link" onClick={again}>{t("desk.again")}</button></p>}
    </Card>
  );
}

function Line({ block, shape, data, late }: { block: Block; shape: Shape; data: Listed; late: boolean }) {
  const about = data.items.map((r) => refIn(r, shape.link)?.title ?? r.title);
  const next = shape.due ? dueText(data.items[0]?.[shape.due.name]) : null;
  const more = data.total && data.total.count > data.items.length ? "…" : "";
  return (
    <li>
      <span className={"sign " + (late ? "red" : "amb")} aria-hidden="true"><Icon name={shape.of.icon} /></span>
      <span className="body">
        <span className="head"><Link to={pathOfBlock(block, shape.of)}>{block.label ?? shape.of.plural}</Link></span>
        <span className="words">{[...new Set(about)].join("、")}{more}</span>
      </span>
      <span className="end"><b className={late ? "red" : ""}>{countText(data.total)}</b>{next?.text && <small className={next.tone}>{next.text}</small>}</span>
    </li>
  );
}
