// What a typed line says of the next appointment, in three languages.
import assert from "node:assert/strict";
import { test } from "node:test";
import { build } from "vite";

// Node 20 reads no TypeScript: Vite bundles the module for the test.
const built = await build({ configFile: false, logLevel: "silent", build: { write: false, minify: false, lib: { entry: new URL("../src/heard.ts", import.meta.url).pathname, formats: ["es"], fileName: "heard" } } });
const { hear, hearWay } = await import("data:text/javascript;base64," + Buffer.from(built[0].output[0].code).toString("base64"));

const now = new Date(2026, 10, 28, 10, 0); // a Saturday

const two = (n) => String(n).padStart(2, "0");
const said = (h) => h && `${h.at.getFullYear()}-${two(h.at.getMonth() + 1)}-${two(h.at.getDate())} ${two(h.at.getHours())}:${two(h.at.getMinutes())}`;

const times = {
  "客户约明天下午三点看样": "2026-11-29 15:00",
  "明天三点半到店": "2026-11-29 15:30",
  "明晚七点吃饭": "2026-11-29 19:00",
  "明早给他回电话": "2026-11-29 09:00",
  "后天上午再打": "2026-11-30 09:00",
  "大后天十点一刻": "2026-12-01 10:15",
  "下周二拜访": "2026-12-01 09:00",
  "下週二下午兩點拜訪": "2026-12-01 14:00",
  "下星期天": "2026-12-06 09:00",
  "下下周一 14:00": "2026-12-07 14:00",
  "约好周五晚上八点": "2026-12-04 20:00",
  "禮拜三早上九點半": "2026-12-02 09:30",
  "12月3日 14:00 送货": "2026-12-03 14:00",
  "12月3號下午4點": "2026-12-03 16:00",
  "十二月三日前给答复": "2026-12-03 09:00",
  "1月5日续约": "2027-01-05 09:00",
  "2026年12月31日到期": "2026-12-31 09:00",
  "2026-12-03 08:30": "2026-12-03 08:30",
  "12/3 对账": "2026-12-03 09:00",
  "下个月5号结款": "2026-12-05 09:00",
  "15号再联系": "2026-12-15 09:00",
  "三天后回访": "2026-12-01 09:00",
  "兩週後再談": "2026-12-12 09:00",
  "两个月后续签": "2027-01-28 09:00",
  "今天下午四点送样": "2026-11-28 16:00",
  "今天拜访了老板，约好下周二下午三点再来": "2026-12-01 15:00",
  "两小时后回电": "2026-11-28 12:00",
  "半小时后再打": "2026-11-28 10:30",
  "call back tomorrow at 3pm": "2026-11-29 15:00",
  "Next Tuesday 14:30 on site": "2026-12-01 14:30",
  "visit on Friday afternoon": "2026-12-04 14:00",
  "in two weeks": "2026-12-12 09:00",
  "Dec 3 at 10 am": "2026-12-03 10:00",
  "3rd of December": "2026-12-03 09:00",
  "tonight at 8pm": "2026-11-28 20:00",
};

test("an appointment is heard in what people write", () => {
  for (const [text, want] of Object.entries(times)) assert.equal(said(hear(text, now)), want, text);
});

test("what was, and what is no day, is not taken for an appointment", () => {
  for (const text of ["昨天打过电话", "上周二拜访过", "上个星期五到的货", "今天谈得不错", "价格 12.5/3 折", "要 3 个号", "每周五都送货", "last Friday we met", "sold 3 on Sundays", "2025-12-03 签的", "今天上午九点来过", "24小时营业", "13月45日"]) {
    const h = hear(text, now);
    assert.equal(h, null, `${text}: ${said(h)}`);
  }
});

test("the words it was found in are told", () => {
  assert.equal(hear("约明天下午三点看样", now).words, "明天下午三点");
  assert.equal(hear("下週二", now).words, "下週二");
});

test("the way of talking is heard, of those there are", () => {
  const choices = [{ value: "call", label: "电话" }, { value: "visit", label: "上门拜访" }, { value: "wechat", label: "微信" }, { value: "fair", label: "展会碰面" }];
  for (const [text, want] of Object.entries({ "微信上说的": "wechat", "打電話給老闆": "call", "明天上门看样": "visit", "在展会碰面聊了": "fair", "发了邮件": undefined, "谈得不错": undefined, "Called him": "call" })) assert.equal(hearWay(text, choices), want, text);
});
