// The bar at the foot of a phone: call, note, edit, more.
import { EditOutlined, EllipsisOutlined, MessageOutlined, PhoneOutlined } from "@ant-design/icons";
import { Dropdown } from "antd";
import type { Rec, RecordType } from "../../api/types";
import { blank } from "../../fields/values";
import { t } from "../../i18n";
import { fieldsOf, masked } from "../../model";
import { useNote } from "../../parts/composer";
import { useActs } from "./head";

export function PhoneBar({ type, rec }: { type: RecordType; rec: Rec }) {
  const { items, edit, dialogs, print } = useActs(type, rec);
  const phones = [...fieldsOf(type).values()].find((f) => (f.kind === "phones" || f.kind === "phone") && !masked(f) && !blank(rec[f.name]));
  const value = phones && rec[phones.name];
  const number = Array.isArray(value) ? (value as { number: string }[])[0]?.number : typeof value === "string" ? value : undefined;
  const note = useNote(type, rec);
  const more = [...items.filter((x) => x?.key !== "edit"), ...print];
  return (
    <nav className="phone-bar" aria-label={t("record.acts")}>
      {number && <a href={"tel:" + number}><PhoneOutlined aria-hidden="true" /><span>{t("record.call")}</span></a>}
      {note && <button type="button" className="main-act" onClick={note}><MessageOutlined aria-hidden="true" /><span>{t("record.note_short")}</span></button>}
      {edit && <button type="button" onClick={edit}><EditOutlined aria-hidden="true" /><span>{t("record.edit_short")}</span></button>}
      <Dropdown menu={{ items: more }} trigger={["click"]} placement="topRight"><button type="button"><EllipsisOutlined aria-hidden="true" /><span>{t("act.more")}</span></button></Dropdown>
      {dialogs}
    </nav>
  );
}
