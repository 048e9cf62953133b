import {test} from "node:test";
import {visit,desktop} from "/work/wt-tests/web/test/browser.mjs";
test("x good", async (t)=>{ const {page}=await visit(t,desktop,{path:"/t/customer"}); await page.locator("tbody tr[aria-rowindex]").first().waitFor(); console.log(t.passed)});
test("x bad", async (t)=>{ const {page}=await visit(t,desktop,{path:"/t/customer"}); await page.locator("nothing").waitFor({timeout:500}); });
