// Words of handling what is wrong with a sheet's rows before they go in.
import { addTexts } from "./index";

addTexts({
  "handle.empty": ["留空，照样导入", "留空，照樣匯入", "leave it empty"],
  "handle.leave": ["读不懂的格子留空，整行照样导入（原文写进备注）", "讀不懂的儲存格留空，整列照樣匯入（原文寫進備註）", "Leave cells empty that cannot be read; their text goes into the remarks"],
  "handle.n": ["有问题的 {n} 行照上面处理", "有問題的 {n} 列照上面處理", "{n} rows with problems are handled as said above"],
  "handle.of": ["怎么处理：{what}", "怎麼處理：{what}", "What to do: {what}"],
  "handle.out": ["不导入", "不匯入", "leave the row out"],
  "handle.rest": ["其余：", "其餘：", "The rest:"],
  "handle.semi": ["；", "；", "; "],
  "handle.settled": ["{field}：已经说定", "{field}：已經說定", "{field}: settled"],
  "handle.undo": ["撤回", "撤回", "Take back"],
  "handle.undo_of": ["撤回{field}的处理", "撤回{field}的處理", "Take back what was said of {field}"],
  "handle.update": ["按{field}更新已有的", "按{field}更新既有的", "update what is there, by {field}"],
  "imp.col_blank": ["整列是空的", "整欄是空的", "nothing in it"],
  "imp.col_unread": ["{n} 格读不懂", "{n} 格讀不懂", "{n} not readable"],
  "imp.joined": ["并入", "併入", "Joined"],
  "imp.line_group": ["明细，一行一条", "明細，一列一筆", "Lines, one a row"],
  "imp.note_joined": ["和上面一行是同一条", "和上面一列是同一筆", "more of the row above"],
  "imp.row_joined": ["并入上一条", "併入上一筆", "joins the one above"],
  "imp.uncalculated": ["{n} 格公式没有算出结果", "{n} 格公式沒有算出結果", "{n} formulas have no result"],
  "imp.uncalculated_says": ["文件里只存了公式，这些格子按空白读。用 Excel 或 WPS 打开、存一次再导，就有值了。", "檔案裡只存了公式，這些儲存格按空白讀。用 Excel 打開、存一次再匯，就有值了。", "The file holds formulas alone; these cells read as blank. Open it in a spreadsheet program, save it, and import it again."],
  "imp.with_line": ["和第 {n} 行一起", "和第 {n} 列一起", "with line {n}"],
  "imp.read_pct": ["{n}%", "{n}%", "{n}%"],
  "imp.sep": ["，", "，", ", "],
  "handle.with": ["处理：", "處理：", "Then:"],
});
