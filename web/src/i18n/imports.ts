// Texts of an import's preview, of importing for somebody else, and of likely doubles.
import { addTexts } from "./index";

addTexts({
  "imp.among_first": ["在头 {n} 行里", "在前 {n} 列裡", "among the first {n} rows"],
  "imp.as_it_will": ["导入后会是这样", "匯入後會是這樣", "As it will be"],
  "imp.as_it_will_says": ["试读了头 {n} 行，有问题的标出来", "試讀了前 {n} 列，有問題的標出來", "the first {n} rows were tried; problems are marked"],
  "imp.behalf": ["记在谁名下", "記在誰名下", "In the name of"],
  "imp.behalf_me": ["我自己", "我自己", "myself"],
  "imp.behalf_of": ["{by} 替 {who} 导入", "{by} 替 {who} 匯入", "by {by} for {who}"],
  "imp.behalf_says": ["新记录归他，按他的权限检查", "新資料歸他，按他的權限檢查", "new records are theirs; their rights apply"],
  "imp.doubles": ["可能重复", "可能重複", "Likely doubles"],
  "imp.doubles_says": ["{n} 行像已有的记录，都已导入，请看一眼", "{n} 列像既有的資料，都已匯入，請看一眼", "{n} rows look like other records; they are in, please look"],
  "imp.how": ["怎么导入", "怎麼匯入", "How"],
  "imp.inside_file": ["这份文件里的另一行，或你看不到的一条", "這份檔案裡的另一列，或你看不到的一筆", "another row of this file, or one you may not see"],
  "imp.like": ["像这条已有的", "像這筆既有的", "Looks like"],
  "imp.row_created": ["新建", "新增", "new"],
  "imp.row_in": ["进来的", "匯入的", "Came in"],
  "imp.row_refused": ["不导入", "不匯入", "left out"],
  "imp.row_unchanged": ["没有变化", "沒有變化", "unchanged"],
  "imp.row_updated": ["更新", "更新", "update"],
  "imp.row_what": ["会怎样", "會怎樣", "Comes to"],
  "imp.told_why": ["凭什么", "憑什麼", "Why"],
  "imp.trying": ["正在试读头几行", "正在試讀前幾列", "Trying the first rows"],
});
