// Two people at one file at the same time.
import assert from "node:assert/strict";
import { test } from "node:test";
import { api, desktop, visit } from "../browser.mjs";
import { customer, editFact, eventually, facts } from "../acts.mjs";

test("two change the same field: the second sees mine, stored and original, and decides", async (t) => {
  const c = await customer({ short_name: "原来的" });
  const one = await visit(t, desktop, { path: `/r/customer/${c.id}` });
  const two = await visit(t, desktop, { path: `/r/customer/${c.id}`, as: "qianja" });
  await facts(one.page).getByText("原来的").waitFor();
  await editFact(two.page, "简称", "乙写的", { open: true });
  await editFact(one.page, "简称", "甲写的");
  await facts(one.page).getByText("甲写的").waitFor();
  await two.page.getByLabel("简称", { exact: true }).press("Enter");
  const dialog = two.page.getByRole("dialog");
  for (const text of ["原来的", "甲写的", "乙写的"]) await dialog.getByText(text).waitFor();
  assert.equal((await api("GET", `/customer/${c.id}`)).short_name, "甲写的", "nothing is overwritten unasked");
  await dialog.getByRole("button", { name: "用我的" }).click();
  await dialog.waitFor({ state: "detached" });
  await facts(two.page).getByText("乙写的").waitFor();
  await stored(c.id, (r) => r.short_name === "乙写的");
});

test("two change the same field: the second takes what is stored", async (t) => {
  const c = await customer({ short_name: "原来的" });
  const two = await visit(t, desktop, { path: `/r/customer/${c.id}` });
  await editFact(two.page, "简称", "乙写的", { open: true });
  await api("PATCH", `/customer/${c.id}`, { short_name: "甲写的" }, "qianja");
  await two.page.getByLabel("简称", { exact: true }).press("Enter");
  await two.page.getByRole("dialog").getByRole("button", { name: "用已存的" }).click();
  await facts(two.page).getByText("甲写的").waitFor();
  assert.equal((await api("GET", `/customer/${c.id}`)).short_name, "甲写的");
});

test("two change different fields: both are kept, nobody is asked", async (t) => {
  const c = await customer({ short_name: "旧", alias: "旧别名" });
  const one = await visit(t, desktop, { path: `/r/customer/${c.id}` });
  const two = await visit(t, desktop, { path: `/r/customer/${c.id}`, as: "qianja" });
  await facts(one.page).getByText("旧", { exact: true }).waitFor();
  await editFact(two.page, "别名", "乙的别名", { open: true });
  await editFact(one.page, "简称", "甲的简称");
  await stored(c.id, (r) => r.short_name === "甲的简称");
  await two.page.getByLabel("别名", { exact: true }).press("Enter");
  await stored(c.id, (r) => r.short_name === "甲的简称" && r.alias === "乙的别名");
  await facts(two.page).getByText("甲的简称").waitFor();
  assert.equal(await two.page.getByRole("dialog").count(), 0);
});

/** stored waits until the server has it. */
const stored = (id, holds) => eventually(async () => holds(await api("GET", `/customer/${id}`)));
