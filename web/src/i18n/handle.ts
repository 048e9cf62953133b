// Words of handling what is wrong with a sheet's rows before they go in.
import { addTexts } from "./index";

addTexts({
  "handle.doing": ["正在照你说的处理有问题的行", "正在照您說的處理有問題的列", "Handling rows as you said"],
  "handle.empty": ["留空，照样导入", "留空，照樣匯入", "leave it empty"],
  "handle.n": ["另有 {n} 行导入后照上面处理", "另有 {n} 列匯入後照上面處理", "{n} more rows are handled as said above"],
  "handle.of": ["怎么处理：{what}", "怎麼處理：{what}", "What to do: {what}"],
  "handle.out": ["不导入", "不匯入", "leave the row out"],
  "handle.rest": ["其余：", "其餘：", "The rest:"],
  "handle.update": ["按{field}更新已有的", "按{field}更新既有的", "update what is there, by {field}"],
  "handle.with": ["处理：", "處理：", "Then:"],
});
