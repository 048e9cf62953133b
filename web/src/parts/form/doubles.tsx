// Who looks like the one being typed in: shown beside the field, with the two
// ways on. Typing goes on meanwhile.
import { TeamOutlined } from "@ant-design/icons";
import { Link } from "react-router";
import { t } from "../../i18n";
import { recordPath } from "../../model";
import type { Checked } from "./check";

interface Props { list: Checked[]; open: (c: Checked) => void; other: (c: Checked) => void }

export function Doubles({ list, open, other }: Props) {
  if (!list.length) return null;
  return (
    <ul className="doubles" aria-label={t("form.doubles")}>
      {list.map((c) => (
        <li key={c.code + c.record!.id}>
          <TeamOutlined aria-hidden="true" />
          <span className="doubles-text">
            <span role="status">{c.message}</span>
            <Link to={recordPath(c.record!.type, c.record!.id)} target="_blank" rel="noopener">{c.record!.title}{c.record!.number && <small> {c.record!.number}</small>}</Link>
          </span>
          <span className="doubles-acts">
            <button type="button" className="as-link" onClick={() => open(c)}>{t("form.open_that")}</button>
            <button type="button" className="as-link" onClick={() => other(c)}>{t("form.is_another")}</button>
          </span>
        </li>
      ))}
    </ul>
  );
}
