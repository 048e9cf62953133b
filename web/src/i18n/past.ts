// The texts of a record's past: simplified, traditional, English.
import { addTexts } from "./index";

addTexts({
  "past.all": ["没有变的也列出", "沒有變的也列出", "List what is the same, too"],
  "past.as_now": ["和现在一样", "和現在一樣", "as now"],
  "past.by": ["{who} 在 {when} 写成这样。", "{who} 在 {when} 寫成這樣。", "{who} left it so on {when}."],
  "past.day": ["{day}的样子", "{day}的樣子", "As of {day}"],
  "past.not_kept": ["合计、资料完整度这些算出来的项目不在历史里，这里不列。", "合計、資料完整度這些算出來的項目不在歷史裡，這裡不列。", "Computed fields such as totals are not in the history and not listed."],
  "past.now": ["现在", "現在", "Now"],
  "past.open": ["看当时", "看當時", "As it was"],
  "past.pick": ["看某一天的样子", "看某一天的樣子", "As of a day"],
  "past.rev": ["第 {n} 版的样子", "第 {n} 版的樣子", "As of version {n}"],
  "past.same": ["和现在一样，没有不同。", "和現在一樣，沒有不同。", "Nothing differs from now."],
  "past.then": ["当时", "當時", "Then"],
  "past.what": ["项目", "項目", "Field"],
});
