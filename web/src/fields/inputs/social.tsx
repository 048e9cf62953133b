import { t } from "../../i18n";
import { names } from "../social";
import type { InputProps } from "../types";
import { ListInput } from "./parts";

const services = Object.entries(names).map(([value, label]) => ({ value, label }));

export const SocialInput = (p: InputProps) => <ListInput {...p} columns={[{ key: "service", label: t("field.service"), width: 120, options: services }, { key: "account", label: t("field.account") }]} />;
