// What to do first while the archive is empty: bring the list in, make a
// record, let colleagues in. Each step is shown to who may take it.
import { ApartmentOutlined, ImportOutlined, PlusOutlined, ShopOutlined, TeamOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useNavigate } from "react-router";
import { get, query } from "../../api/client";
import type { Listed, RecordType } from "../../api/types";
import { t } from "../../i18n";
import { useKnown } from "../../model";
import { useMay } from "../../rights";
import { useShell } from "../../shell/shell";
import { Card } from "../desk";

/** useEmpty tells whether there is nothing yet of the type that the archive turns on; undefined until it is known. */
export function useEmpty(hub?: RecordType): boolean | undefined {
  const asked = useQuery({ queryKey: ["home", "any", hub?.name ?? ""], enabled: !!hub, staleTime: 60_000, queryFn: ({ signal }) => get<Listed>(`/${hub!.name}` + query({ page_size: 1, fields: "id", total: "none" }), signal) });
  return asked.data && asked.data.items.length === 0;
}

interface Step { key: string; icon: ReactNode; title: string; says: string; act: string; go: () => void; main?: boolean }

export function Begin({ hub }: { hub: RecordType }) {
  const { session } = useKnown();
  const navigate = useNavigate();
  const may = useMay();
  const { create } = useShell();
  const admin = session.user.admin;
  const to = (path: string) => () => void navigate(path);
  const steps: (Step | false)[] = [
    may(hub.name, "import") && { key: "import", icon: <ImportOutlined />, title: t("begin.import", { what: hub.plural }), says: t("begin.import_says"), act: t("begin.import_do"), go: to("/imports?type=" + hub.name), main: true },
    may(hub.name, "create") && { key: "create", icon: <PlusOutlined />, title: t("begin.create", { what: hub.label }), says: t("begin.create_says"), act: t("begin.create_do"), go: () => create(hub.name) },
    admin && { key: "departments", icon: <ApartmentOutlined />, title: t("begin.departments"), says: t("begin.departments_says"), act: t("begin.departments_do"), go: to("/settings/departments") },
    admin && { key: "users", icon: <TeamOutlined />, title: t("begin.users"), says: t("begin.users_says"), act: t("begin.users_do"), go: to("/settings/users") },
    admin && !session.server.company && { key: "company", icon: <ShopOutlined />, title: t("begin.company"), says: t("begin.company_says"), act: t("begin.company_do"), go: to("/settings/company") },
  ];
  const list = steps.filter((s): s is Step => !!s);
  return (
    <Card title={t("begin.title")} count={t("begin.none", { what: hub.plural })}>
      {list.length === 0 ? <p className="today-none">{t("begin.ask")}</p> : (
        <ol className="today-begin">
          {list.map((s) => <li key={s.key}><span className="sign" aria-hidden="true">{s.icon}</span><span className="body"><b>{s.title}</b><small>{s.says}</small></span><Button type={s.main ? "primary" : "default"} onClick={s.go}>{s.act}</Button></li>)}
        </ol>
      )}
    </Card>
  );
}
