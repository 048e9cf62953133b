import { t } from "../../i18n";
import { readBlock } from "../paste";
import type { InputProps } from "../types";
import { ListInput } from "./parts";

export const EmailsInput = (p: InputProps) => <ListInput {...p} split={(text) => readBlock(text).emails.map((address) => ({ address }))} columns={[{ key: "address", label: t("field.address"), mode: "email" }, { key: "label", label: t("field.note"), width: 110 }]} />;
