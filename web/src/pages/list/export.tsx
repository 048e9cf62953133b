// Export: which rows, which columns, which kind of sheet; who takes what out is on record.
import { Alert, Modal, Radio } from "antd";
import { useState } from "react";
import { download } from "../../api/client";
import type { RecordType } from "../../api/types";
import { clock } from "../../format";
import { t } from "../../i18n";
import { useKnown } from "../../model";
import type { Column } from "../../parts/table";
import { sentence, useNotify } from "../../saving";
import { useSheet } from "./sheet";
import type { Asked } from "./state";

interface Props { type: RecordType; columns: Column[]; all: { asked: Asked; n: string }; ticked?: { asked: Asked; n: number }; close: () => void }

export default function ExportDialog({ type, columns, all, ticked, close }: Props) {
  const { session } = useKnown();
  const notify = useNotify();
  const [which, setWhich] = useState(ticked ? "ticked" : "all");
  const [wide, setWide] = useState("shown");
  const [format, setFormat] = useState("xlsx");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const { columns: shown, left } = useSheet(type, columns);
  const n = which === "ticked" && ticked ? ticked.n.toLocaleString() : all.n;
  const go = async () => {
    setBusy(true);
    setProblem("");
    try {
      const { order_by, ...asked } = which === "ticked" && ticked ? ticked.asked : all.asked;
      await download(`/${type.name}:export`, { ...asked, order_by: order_by ?? all.asked.order_by, fields: wide === "shown" ? shown.map((c) => c.name) : ["*"], format });
      notify.said(t("export.done", { n }));
      close();
    } catch (e) {
      setProblem(sentence(e));
      setBusy(false);
    }
  };
  return (
    <Modal open title={t("export.of", { what: type.plural })} onCancel={close} onOk={() => void go()} okText={t("export.n", { n })} okButtonProps={{ loading: busy }} width={460}>
      <div className="export">
        <h3>{t("export.rows")}</h3>
        <Radio.Group aria-label={t("export.rows")} value={which} onChange={(e) => setWhich(e.target.value as string)}>
          {ticked && <Radio value="ticked">{t("export.ticked", { n: ticked.n.toLocaleString() })}</Radio>}
          <Radio value="all">{t("export.all", { n: all.n })}</Radio>
        </Radio.Group>
        <h3>{t("export.columns")}</h3>
        <Radio.Group aria-label={t("export.columns")} value={wide} onChange={(e) => setWide(e.target.value as string)}>
          <Radio value="shown">{t("export.shown", { n: shown.length })}</Radio>
          <Radio value="whole">{t("export.whole")}</Radio>
        </Radio.Group>
        {wide === "shown" && left.length > 0 && <p className="quiet">{t("export.no_linked", { what: left.join(t("filter.comma")) })}</p>}
        <h3>{t("export.format")}</h3>
        <Radio.Group aria-label={t("export.format")} value={format} onChange={(e) => setFormat(e.target.value as string)}>
          <Radio value="xlsx">{t("export.xlsx")}</Radio>
          <Radio value="csv">{t("export.csv")}</Radio>
        </Radio.Group>
        <p className="quiet">{t("export.record", { who: session.user.name, when: clock(new Date()) })}</p>
        {problem && <Alert type="error" showIcon role="alert" title={problem} />}
      </div>
    </Modal>
  );
}
