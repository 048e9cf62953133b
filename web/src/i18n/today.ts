// The texts of the first page of a day, beside those in extra.ts.
import { addTexts } from "./index";

addTexts({
  "day.acts": ["对“{what}”", "對「{what}」", "Acts on “{what}”"],
  "day.call": ["打电话", "打電話", "Call"],
  "day.changed_none": ["你的客户近来没有变动。", "你的客戶近來沒有變動。", "Nothing changed with your customers."],
  "day.clear": ["没有", "沒有", "none"],
  "day.dates_none": ["两周内没有。在客户页加上{what}，到时会提醒。", "兩週內沒有。在客戶頁加上{what}，到時會提醒。", "None within two weeks. Add a {what} on a customer’s page to be reminded."],
  "day.in_days": ["{n} 天内", "{n} 天內", "within {n} days"],
  "day.log": ["记一次联系", "記一次聯絡", "Note a contact"],
  "day.more_n": ["还有 {n} 个", "還有 {n} 個", "{n} more"],
  "day.none_due": ["都处理好了。约了下次或定了期限的{what}，会按时间排在这里。", "都處理好了。約了下次或定了期限的{what}，會按時間排在這裡。", "Nothing waiting. {what} with a date ahead are listed here in time."],
  "day.off_1": ["推到明天", "延到明天", "Tomorrow"],
  "day.off_3": ["推三天", "延三天", "In three days"],
  "day.off_7": ["推一周", "延一週", "In a week"],
  "day.past": ["已过点", "已過時間", "past"],
  "day.put_off": ["推迟", "延後", "Put off"],
  "day.quick": ["记一件{what}，回车就好", "記一件{what}，按 Enter 就好", "A new {what}, then Enter"],
  "day.watch_none": ["没有过期的，也没有快到期的。", "沒有逾期的，也沒有即將到期的。", "Nothing late, nothing about to end."],
  "day.years": ["{n} 周年", "{n} 週年", "{n} years"],
});
