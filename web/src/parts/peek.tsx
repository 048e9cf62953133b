// A record beside its list.
import { CloseOutlined, ExpandOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useNavigate } from "react-router";
import type { RecordType } from "../api/types";
import { t } from "../i18n";
import { fieldsOf, recordPath } from "../model";
import { sentence } from "../saving";
import { Facts } from "./facts";
import { Stream } from "./stream";
import { useRecord } from "./record";
import { Marks } from "./marks";

export function RecordBody({ type, id, close }: { type: RecordType; id: string; close: () => void }) {
  const rec = useRecord(type.name, id);
  const navigate = useNavigate();
  const fields = fieldsOf(type);
  const names = [...new Set([...(type.page?.header ?? []), ...(type.page?.key ?? [])])];
  return (
    <div className="peek-body">
      <header>
        <Button type="text" aria-label={t("act.close")} icon={<CloseOutlined />} onClick={close} />
        <b className="grow">{rec.data?.title}</b>
        <Button size="small" icon={<ExpandOutlined />} onClick={() => void navigate(recordPath(type.name, id))}>{t("list.open_full")}</Button>
      </header>
      {rec.isError && <p className="nothing">{sentence(rec.error)}</p>}
      {rec.data && (
        <>
          <div className="peek-marks"><span className="quiet">{rec.data.number}</span> <Marks type={type} rec={rec.data} /></div>
          <Facts type={type} rec={rec.data} fields={names.map((n) => fields.get(n)).filter((f) => !!f)} />
          <Stream type={type} rec={rec.data} limit={12} />
        </>
      )}
    </div>
  );
}
