// Words of what stands beside a sheet's own records: a firm's people.
import { addTexts } from "./index";

addTexts({
  "imp.beside": ["一张表，两种记录", "一張表，兩種資料", "One sheet, two kinds of records"],
  "imp.beside_do": ["另建{of}档案", "另建{of}檔案", "Make {of} records"],
  "imp.beside_doubles": ["{several} 个{type}在表里不止一行，照这样每行各建一个，会有重名的。", "{several} 個{type}在表裡不止一列，照這樣每列各建一個，會有重名的。", "{several} × {type} in several rows: each row would make one more of the same name."],
  "imp.beside_each": ["每个{type}旁边一个{of}，各建一份档案，挂在{type}下面。", "每個{type}旁邊一個{of}，各建一份檔案，掛在{type}下面。", "Each {type} has one {of}, with a record of its own below the {type}."],
  "imp.beside_group": ["{what}（另建档案）", "{what}（另建檔案）", "{what} (a record of its own)"],
  "imp.beside_head": ["前 {rows} 行里有 {own} 个{type}、{n} 个{of}", "前 {rows} 列裡有 {own} 個{type}、{n} 個{of}", "The first {rows} rows hold {own} × {type}, {n} × {of}"],
  "imp.beside_new": ["新建 {n}", "新增 {n}", "{n} new"],
  "imp.beside_not": ["不另建，记在{type}自己的栏里", "不另建，記在{type}自己的欄裡", "Keep them in the fields of the {type}"],
  "imp.beside_several": ["{several} 个{type}有不止一个{of}：同一个{type}的行归到一起，{of}各建一份档案。", "{several} 個{type}有不止一個{of}：同一個{type}的列歸到一起，{of}各建一份檔案。", "{several} × {type} with more than one {of}: rows of one {type} are joined, and each {of} gets a record."],
  "imp.beside_single": ["一行一个{type}，{of}记在{type}自己的栏里", "一列一個{type}，{of}記在{type}自己的欄裡", "One row for each {type}; the {of} goes into fields of the {type}"],
  "imp.beside_single_says": ["没有哪个{type}出现两次。要给{of}单独建档，也可以。", "沒有哪個{type}出現兩次。要給{of}單獨建檔，也可以。", "No {type} stands twice. You may still make a record of each {of}."],
  "imp.beside_undone": ["收回 {n}", "收回 {n}", "{n} taken back"],
  "imp.beside_updated": ["更新 {n}", "更新 {n}", "{n} updated"],
  "imp.beside_used": ["表里有 {own} 个{type}、{n} 个{of}", "表裡有 {own} 個{type}、{n} 個{of}", "The sheet holds {own} × {type}, {n} × {of}"],
  "imp.count_of": ["{n} 个{what}", "{n} 個{what}", "{n} × {what}"],
  "imp.ended_beside": ["导入完成，{what}进了客档", "匯入完成，{what}進了客檔", "Import done; {what} are in"],
  "imp.note_beside": ["和上面某行是同一个{what}", "和上面某列是同一個{what}", "of a {what} above"],
  "imp.row_beside": ["归到上面的{what}", "歸到上面的{what}", "joins the {what} above"],
  "imp.undo_beside": ["一起收回的还有 {what}。", "一起收回的還有 {what}。", "{what} go back with them."],
});
