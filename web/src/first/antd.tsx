// What stands in for antd: its buttons and what surrounds them. Whatever opens
// is shut in the first drawing.
import type { Drawn } from "./made";
import { jsx } from "./jsx-runtime";

interface ButtonProps { type?: string; size?: string; shape?: string; icon?: Drawn; children?: Drawn; className?: string; block?: boolean; loading?: unknown; danger?: boolean; htmlType?: string; autoInsertSpace?: unknown; [more: string]: unknown }

export function Button({ type = "default", size, shape, icon, children, className, block: _b, loading: _l, danger: _d, htmlType: _h, ...more }: ButtonProps) {
  const bare = !!icon && (children === undefined || children === null || children === false);
  const names = ["first-btn", "first-" + type, size === "small" ? "first-small" : "", bare ? "first-icon" : "", shape === "circle" ? "first-circle" : "", className].filter(Boolean).join(" ");
  return jsx("button", { type: "button", className: names, ...more, children: [icon, typeof children === "string" ? jsx("span", { children }) : children] });
}

const only = ({ children }: { children?: Drawn }) => children as never;

export const Nothing = () => null;
export const Dropdown = only, Popover = only, Tooltip = only, ConfigProvider = only;
export const Skeleton = () => jsx("span", { className: "first-wait" });
export const Alert = ({ title }: { title?: Drawn }) => jsx("div", { children: title });

const messages = new Proxy({}, { get: () => () => undefined });
export const App = Object.assign(only, { useApp: () => ({ message: messages, modal: messages, notification: messages }) });

const select = Object.assign(Nothing, { Option: Nothing });
export const Select = select;
export const Input = Object.assign(() => null, { TextArea: Nothing, Password: Nothing, Search: Nothing });
export const Form = Object.assign(() => null, { Item: Nothing, useForm: () => [{}] });
export const DatePicker = Object.assign(() => null, { RangePicker: Nothing });
export const Radio = Object.assign(() => null, { Group: Nothing, Button: Nothing });
export const theme = { darkAlgorithm: null, defaultAlgorithm: null };
