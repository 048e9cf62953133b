// Icons of the first drawing, as antd draws them, and hidden from who listens
// unless they have a label (see vite.config.ts).
import { jsx } from "./jsx-runtime";

interface Shape { tag: string; attrs: Record<string, string>; children?: Shape[] }
interface Definition { name: string; theme: string; icon: Shape | ((a: string, b: string) => Shape) }

const shape = (s: Shape): unknown => jsx(s.tag, { ...s.attrs, ...(s.tag === "svg" ? { width: "1em", height: "1em", fill: "currentColor", "aria-hidden": "true" } : {}), children: s.children?.map(shape) });

export const icon = (d: Definition) => ({ className = "", ...more }: Record<string, unknown>) =>
  jsx("span", { ...(more["aria-label"] ? { role: "img" } : { "aria-hidden": "true" }), ...more, className: `anticon anticon-${d.name} ${String(className)}`, children: shape(typeof d.icon === "function" ? d.icon("currentColor", "transparent") : d.icon) });
