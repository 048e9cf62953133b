// Something to look at later: a task (core's own type) that leads back to the
// import.
import { CheckSquareOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { post } from "../../api/client";
import type { ImportState, Rec } from "../../api/types";
import { t } from "../../i18n";
import { recordPath, useKnown } from "../../model";
import { useMay } from "../../rights";
import { idempotent, useNotify, useRefresh } from "../../saving";

const task = "task";

/** Later offers to note a task about rows of an import; then it leads to the task. */
export function Later({ subject, detail, now }: { subject: string; detail?: string; now: ImportState }) {
  const { types } = useKnown();
  const may = useMay();
  const notify = useNotify();
  const refresh = useRefresh();
  const [made, setMade] = useState("");
  const of = types.get(task);
  if (!of?.title || !may(task, "create")) return null;
  if (made) return <Link className="small" to={recordPath(task, made)}>{t("later.see")}</Link>;
  const add = async () => {
    try {
      const rec = await post<Rec>("/" + task, { [of.title!]: subject, detail: [detail, location.origin + "/imports/" + now.id].filter(Boolean).join("\n") }, idempotent());
      setMade(rec.id);
      notify.said(t("later.said"));
      refresh(task);
    } catch (e) {
      notify.failed(e);
    }
  };
  return <Button size="small" icon={<CheckSquareOutlined />} onClick={() => void add()}>{t("later.do")}</Button>;
}
