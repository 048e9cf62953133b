// Settings: people, departments, rights, one's devices, long work, the log.
// What a person may not do he does not see.
import { NavLink, Navigate, useParams } from "react-router";
import { useEffect, useRef, type ComponentType } from "react";
import { t } from "../i18n";
import { useKnown } from "../model";
import { Nowhere } from "./nowhere";
import { Audit } from "./settings/audit";
import { CompanyPage } from "./settings/company";
import { Departments } from "./settings/departments";
import { Devices } from "./settings/devices";
import { Jobs } from "./settings/jobs";
import { Roles } from "./settings/roles";
import { TypesPage } from "./settings/types";
import { Users } from "./settings/users";
import "./desk";
import "./settings/settings.css";

interface Part { name: string; Page: ComponentType; admin?: boolean; auditor?: boolean }

const parts: Part[] = [
  { name: "users", Page: Users, admin: true }, { name: "departments", Page: Departments, admin: true }, { name: "roles", Page: Roles }, { name: "types", Page: TypesPage },
  { name: "company", Page: CompanyPage, admin: true },
  { name: "devices", Page: Devices }, { name: "jobs", Page: Jobs }, { name: "audit", Page: Audit, auditor: true },
];

export default function Settings() {
  const { part } = useParams();
  const { admin, roles } = useKnown().session.user;
  const mine = parts.filter((p) => admin || (p.auditor ? roles.includes("auditor") : !p.admin));
  const now = mine.find((p) => p.name === part);
  const tabs = useRef<HTMLElement>(null);
  useEffect(() => { tabs.current?.querySelector(".active")?.scrollIntoView({ inline: "center", block: "nearest" }); }, [part]); // on a phone not all stand there
  if (part && !now) return <Nowhere />;
  if (!now) return <Navigate replace to={`/settings/${mine[0]!.name}`} />;
  return (
    <div className="desk set">
      <div className="desk-head">
        <h1>{t("set.title")}</h1>
        <nav ref={tabs} className="set-tabs" aria-label={t("set.title")}>{mine.map((p) => <NavLink key={p.name} to={`/settings/${p.name}`}>{t("set." + p.name)}</NavLink>)}</nav>
      </div>
      <now.Page key={now.name} />
    </div>
  );
}
