import { t } from "../../i18n";
import { readPhones } from "../paste";
import type { InputProps } from "../types";
import { ListInput } from "./parts";

export const PhonesInput = (p: InputProps) => <ListInput {...p} split={(text) => readPhones(text)} columns={[{ key: "number", label: t("field.number"), mode: "tel" }, { key: "label", label: t("field.note"), width: 110 }]} />;
