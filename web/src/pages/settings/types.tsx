// Every type to read: its fields with what they ask for, sections, views. What
// a company changes it changes in its packs; here one sees what holds.
import "../../i18n/kinds";
import { Input, Select } from "antd";
import { useMemo, useState } from "react";
import type { Field, RecordType } from "../../api/types";
import { t } from "../../i18n";
import "../../i18n/company";
import { listPath, useKnown } from "../../model";
import { Icon } from "../../shell/icons";
import { Card } from "../desk";
import { Link } from "react-router";

export function TypesPage() {
  const { schema } = useKnown();
  const list = useMemo(() => schema.types.filter((x) => !x.builtin), [schema]);
  const [name, setName] = useState(list.reduce((a, b) => (b.backlinks.length > a.backlinks.length ? b : a)).name);
  const [words, setWords] = useState("");
  const type = list.find((x) => x.name === name)!;
  const fits = (f: Field) => !words || [f.label, f.name, f.kind, t("kind." + f.kind), f.help ?? "", f.pack ?? ""].some((s) => s.toLowerCase().includes(words.toLowerCase()));
  const sections = [...(type.sections ?? []), { name: "", label: t("form.other") }];
  const groups = sections.map((s) => ({ ...s, list: type.fields.filter((f) => (s.name ? f.section === s.name : !type.sections?.some((x) => x.name === f.section)) && fits(f)) })).filter((g) => g.list.length);
  return (
    <div className="set-types">
      <nav className="desk-card set-type-list" aria-label={t("set.types")}>
        {list.map((x) => <button key={x.name} type="button" className={x.name === name ? "here" : ""} aria-current={x.name === name ? "true" : undefined} onClick={() => setName(x.name)}><Icon name={x.icon} /><span>{x.label}</span><small>{x.fields.length}</small></button>)}
      </nav>
      <Card flush label={type.label}>
        <div className="set-bar">
          <Select className="set-type-pick" aria-label={t("set.types")} value={name} options={list.map((x) => ({ value: x.name, label: x.label }))} onChange={setName} />
          <Input aria-label={t("set.find_field")} placeholder={t("set.find_field")} style={{ width: 200 }} allowClear value={words} onChange={(e) => setWords(e.target.value)} />
          <span className="second">{type.help}</span>
        </div>
        <About type={type} />
        <table className="deskt cardy set-fields-table">
          <thead><tr><th>{t("set.field")}</th><th>{t("set.kind_of")}</th><th>{t("set.conditions")}</th><th>{t("set.field_help")}</th></tr></thead>
          {groups.map((g) => (
            <tbody key={g.name}>
              <tr className="set-section"><th colSpan={4} scope="colgroup">{g.label}{"purpose" in g && g.purpose ? <small> {g.purpose}</small> : null}{"when" in g && g.when ? <code>{t("set.when_shown", { when: g.when })}</code> : null}</th></tr>
              {g.list.map((f) => (
                <tr key={f.name}>
                  <td>{f.label} <code className="soft">{f.name}</code>{f.pack && <span className="tag ac" title={t("set.from_pack", { pack: f.pack })}>{f.pack}</span>}</td>
                  <td className="second"><span title={f.kind}>{t("kind." + f.kind)}</span>{f.to ? ` → ${schema.types.find((x) => x.name === f.to)?.label ?? f.to}` : ""}{f.choices ? <small className="soft cut" title={f.choices.map((c) => c.label).join(t("desk.comma"))}> {f.choices.slice(0, 4).map((c) => c.label).join(t("desk.comma"))}{f.choices.length > 4 ? "…" : ""}</small> : null}</td>
                  <td><Terms of={f} /></td>
                  <td className="second small">{f.help}</td>
                </tr>
              ))}
            </tbody>
          ))}
        </table>
      </Card>
    </div>
  );
}

function About({ type }: { type: RecordType }) {
  const added = [...new Set(type.fields.map((f) => f.pack).filter((p): p is string => !!p))];
  return (
    <dl className="set-about">
      <div><dt>{t("set.type_name")}</dt><dd><code>{type.name}</code></dd></div>
      {type.pack && <div><dt>{t("set.pack")}</dt><dd><code>{type.pack}</code>{added.length > 0 && <small className="soft"> {t("set.pack_more", { packs: added.join(t("desk.comma")) })}</small>}</dd></div>}
      {type.number && <div><dt>{t("set.numbering")}</dt><dd><code>{type.number}</code></dd></div>}
      {type.views && <div><dt>{t("set.views")}</dt><dd>{type.views.map((v) => <Link key={v.name} to={listPath(type.name, v.name)} title={v.filter}>{v.label}</Link>)}</dd></div>}
      {type.backlinks.length > 0 && <div><dt>{t("set.pointed_by")}</dt><dd>{[...new Set(type.backlinks.map((b) => b.label))].join(t("desk.comma"))}</dd></div>}
    </dl>
  );
}

// What is asked of a field, in words; conditions as the pack writes them.
function Terms({ of: f }: { of: Field }) {
  const plain: [boolean, string][] = [
    [f.required === "true", "set.is_required"], [!!f.unique, "set.is_unique"], [!!f.sealed, "set.is_sealed"], [f.personal === "sensitive", "set.is_sensitive"], [f.personal === "personal", "set.is_personal"],
    [!!f.computed, "set.is_computed"], [f.level === "read", "set.is_readonly"], [f.level === "masked", "set.is_masked"],
  ];
  const told: [string | undefined, string][] = [[f.required === "true" ? "" : f.required, "set.required_when"], [f.when, "set.when_shown"], [f.formula, "set.formula_is"], [f.default, "set.default_is"]];
  return <>{plain.filter(([on]) => on).map(([, key]) => <span key={key} className="tag">{t(key)}</span>)}{told.filter(([x]) => x).map(([x, key]) => <code key={key} className="set-term">{t(key, { when: x! })}</code>)}</>;
}
