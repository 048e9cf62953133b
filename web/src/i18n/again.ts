// Texts of the dialog that asks for the password again.
import { addTexts } from ".";

addTexts({
  "again.title": ["请再登录一次", "請再登入一次", "Please sign in again"],
  "again.says": ["登录已过期。请输入 {name} 的密码继续，填写的内容都还在。", "登入已過期。請輸入 {name} 的密碼繼續，填寫的內容都還在。", "Your session has ended. Enter the password of {name} to go on; nothing you typed is lost."],
  "again.other": ["换一个账号", "換一個帳號", "Somebody else"],
});
