import { t } from "../../i18n";

/** Files are added on a record's page. */
export const FilesInput = () => <span className="quiet">{t("field.files_on_page")}</span>;
