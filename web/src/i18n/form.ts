// The texts of the form for records.
import { addTexts } from "./index";

addTexts({
  "form.and": ["、", "、", ", "],
  "form.conflict": ["你改的时候，别人也改了同一处。再点一次保存，就用你的。", "你改的時候，別人也改了同一處。再按一次儲存，就用你的。", "Somebody changed the same meanwhile. Save once more to keep yours."],
  "form.doubles": ["可能是同一个", "可能是同一個", "Possibly the same"],
  "form.draft_from": ["{when} 没写完的，接着写吧。", "{when} 沒寫完的，接著寫吧。", "Unfinished since {when}: carry on."],
  "form.draft_kept": ["没写完的存成了草稿，下次接着写", "沒寫完的存成了草稿，下次接著寫", "Kept as a draft for next time"],
  "form.is_another": ["这是另一个", "這是另一個", "It is another"],
  "form.open_that": ["打开那一份", "打開那一份", "Open that one"],
  "form.pick_new": ["新建{what}", "新增{what}", "New {what}"],
  "form.pick_new_named": ["新建{what}“{words}”", "新增{what}「{words}」", "New {what} “{words}”"],
  "form.split": ["贴上的内容分到了{into}。", "貼上的內容分到了{into}。", "What you pasted went into {into}."],
  "form.split_back": ["放回去", "放回去", "Take back"],
  "form.stored_by_other": ["别人刚改过这里。", "別人剛改過這裡。", "Somebody has just changed this."],
});
