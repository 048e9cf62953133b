// The roles, and what a person's roles come to: type by type, act by act, how
// far it reaches and which role gives it.
import { Select } from "antd";
import { useMemo, useState } from "react";
import { t } from "../../i18n";
import { useKnown } from "../../model";
import { useRights, type TypeRights } from "../../rights";
import { Card, Failed, Loading } from "../desk";
import { personOptions, usePeople } from "./parts";

const verbs = ["read", "create", "update", "archive", "assign", "export", "import", "merge", "history", "reveal", "purge"];

export function Roles() {
  const me = useKnown().session.user;
  const [user, setUser] = useState(me.id);
  const mine = useRights();
  const people = usePeople();
  const of = useRights(user === me.id ? "" : user);
  const roles = mine.data?.items ?? [];
  const holders = useMemo(() => {
    const n = new Map<string, string[]>();
    for (const p of people.list) for (const r of p.roles ?? []) n.set(r, [...(n.get(r) ?? []), p.id]);
    return n;
  }, [people.list]);
  const now = people.byId.get(user)?.roles ?? (user === me.id ? me.roles : []);
  if (mine.isPending) return <Loading />;
  if (mine.isError) return <Failed error={mine.error} again={() => void mine.refetch()} />;
  return (
    <div className="set-roles">
      <Card title={t("set.all_roles")} count={roles.length}>
        <ul className="set-role-list">
          {roles.map((r) => {
            const who = holders.get(r.name) ?? [];
            const text = <><b>{r.label}</b>{r.admin && <span className="tag ac">{t("set.admin")}</span>}{who.length > 0 && <small className="soft">{t("set.n_people", { n: who.length })}</small>}</>;
            return (
              <li key={r.name} className={now.includes(r.name) ? "at" : ""}>
                {me.admin && who.length ? <button type="button" onClick={() => setUser(who[0]!)} title={t("set.see_rights")}>{text}</button> : <span>{text}</span>}
                {r.help && <small className="second">{r.help}</small>}
              </li>
            );
          })}
        </ul>
      </Card>
      <Card flush title={t("set.rights_of")} end={me.admin ? <Select size="small" aria-label={t("set.rights_of")} style={{ width: 200 }} showSearch={{ optionFilterProp: "label" }} value={user} options={personOptions(people.list)} onChange={setUser} /> : me.name}>
        <p className="set-note small soft">{now.map((r) => roles.find((x) => x.name === r)?.label ?? r).join(t("desk.comma"))} · {t("set.rights_say")}</p>
        {of.isPending || (!of.data && !of.isError) ? <Loading /> : of.isError ? <Failed error={of.error} /> : <Rights list={of.data!.rights} name={(r) => (r === "*" ? t("set.everybody") : (roles.find((x) => x.name === r)?.label ?? r))} />}
      </Card>
    </div>
  );
}

/** reach says how far a verb goes: a word each, a condition as "conditional". */
function reach(scope: string): { text: string; tone: string } {
  const words = scope.split(" + ").map((s) => (s.startsWith("where:") ? t("set.scope_where") : t("set.scope_" + s)));
  return { text: [...new Set(words)].join(t("desk.comma")), tone: scope === "all" ? "grn" : scope === "own" ? "" : "ac" };
}

function Rights({ list, name }: { list: TypeRights[]; name: (role: string) => string }) {
  const { types } = useKnown();
  const [open, setOpen] = useState("");
  const used = verbs.filter((v) => list.some((r) => r.verbs.some((x) => x.verb === v)));
  if (!list.length) return <div className="empty"><p>{t("set.no_rights")}</p></div>;
  return (
    <div className="scrollx set-rights">
      <table className="deskt">
        <thead><tr><th>{t("set.type")}</th>{used.map((v) => <th key={v}>{t("set.verb_" + v)}</th>)}<th>{t("set.fields")}</th></tr></thead>
        <tbody>
          {list.map((r) => {
            const levels = Object.values(r.fields);
            const count = (l: string) => levels.filter((x) => x === l).length;
            const parts = [count("masked") ? t("set.n_masked", { n: count("masked") }) : "", count("hidden") ? t("set.n_hidden", { n: count("hidden") }) : "", count("read") ? t("set.n_read", { n: count("read") }) : ""].filter(Boolean).join(t("desk.comma"));
            return [
              <tr key={r.type}>
                <th scope="row">{r.label}</th>
                {used.map((v) => {
                  const right = r.verbs.find((x) => x.verb === v);
                  if (!right) return <td key={v} aria-label={t("set.not")}><span className="soft" aria-hidden="true">–</span></td>;
                  const how = reach(right.scope);
                  return <td key={v} title={`${right.scope}\n${t("set.from", { roles: (right.from ?? []).map(name).join(t("desk.comma")) })}`}><span className={"tag " + how.tone}>{how.text}</span></td>;
                })}
                <td>{parts ? <button type="button" className="as-link" aria-expanded={open === r.type} onClick={() => setOpen(open === r.type ? "" : r.type)}>{parts}</button> : <span className="soft">{t("set.all_fields")}</span>}</td>
              </tr>,
              open === r.type && (
                <tr key={r.type + "-f"} className="set-fields"><td colSpan={used.length + 2}>
                  {(["hidden", "masked", "read"] as const).filter((l) => count(l)).map((l) => <p key={l}><b>{t("set.level_" + l)}</b> {Object.entries(r.fields).filter(([, x]) => x === l).map(([f]) => types.get(r.type)?.fields.find((x) => x.name === f)?.label ?? f).join(t("desk.comma"))}</p>)}
                </td></tr>
              ),
            ];
          })}
        </tbody>
      </table>
    </div>
  );
}
