// The words beside a record's name: level, state, warnings. What must never be
// overlooked (a taboo) stands here too.
import { StopOutlined } from "@ant-design/icons";
import type { Rec, RecordType } from "../api/types";
import { kindOf } from "../fields";
import { blank, str } from "../fields/parts";
import { t } from "../i18n";
import { fieldsOf, masked } from "../model";

const warning = new Set(["quarantine", "retired", "blacklisted", "blacklist"]);

export function Marks({ type, rec }: { type: RecordType; rec: Rec }) {
  const fields = fieldsOf(type);
  const marks = (type.page?.marks ?? []).map((n) => fields.get(n)).filter((f) => f && !blank(rec[f.name]) && rec[f.name] !== false);
  const taboo = fields.get("taboo");
  return (
    <>
      {marks.map((f) => (
        <span key={f!.name} className={"mark" + (warning.has(f!.name) ? " warn" : f!.name === "level" && rec.level === "A" ? " top" : "")}>
          {f!.kind === "bool" ? f!.label : f!.name === "level" ? kindOf(f!).text(rec[f!.name], f!) : kindOf(f!).text(rec[f!.name], f!)}
        </span>
      ))}
      {rec.archived_at && <span className="mark warn">{t("record.archived")}</span>}
      {taboo && !masked(taboo) && !blank(rec.taboo) && <span className="mark taboo"><StopOutlined aria-hidden="true" /> {t("record.taboo")}{str(rec.taboo)}</span>}
    </>
  );
}
