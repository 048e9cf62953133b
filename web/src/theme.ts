// The look: colours, sizes and antd's tokens. CSS reads the same values as
// variables, so that own parts and antd's cannot drift apart.
import { theme as antd, type ThemeConfig } from "antd";

export type Mode = "light" | "dark";

const colours = {
  light: {
    bg: "#F4F5F7", surface: "#FFFFFF", sunk: "#F8F9FB", line: "#E8EAEE", line2: "#D4D8DF",
    t1: "#1C2129", t2: "#454D5A", t3: "#646C7A", ac: "#2457C5", acbg: "#EEF3FD", acline: "#C4D4F6",
    red: "#B9281F", redbg: "#FDF0EE", amb: "#8A5300", ambbg: "#FFF5E0", grn: "#16734A", grnbg: "#E9F5EF",
    chip: "#F0F1F4", bar: "#C9D0DB", button: "#2457C5", base: "#FFFFFF", raised: "#FFFFFF", shade: "0 6px 24px #1c212924",
  },
  dark: {
    bg: "#0F1115", surface: "#16181D", sunk: "#1B1E24", line: "#272B33", line2: "#3B414C",
    t1: "#E9EBEF", t2: "#BDC3CD", t3: "#9199A6", ac: "#8FB1FA", acbg: "#1A2540", acline: "#33497A",
    red: "#F29A93", redbg: "#38201F", amb: "#E3B565", ambbg: "#332917", grn: "#70C79C", grnbg: "#162C20",
    chip: "#23272E", bar: "#454C59", button: "#3F72E4", base: "#0F1115", raised: "#1E2128", shade: "0 6px 24px #000000a0",
  },
} as const;

/** applyMode puts the colours of a mode on the page as CSS variables. */
export function applyMode(mode: Mode) {
  const root = document.documentElement;
  for (const [name, value] of Object.entries(colours[mode])) root.style.setProperty(`--${name}`, value);
  root.style.colorScheme = mode;
  root.dataset.mode = mode;
}

/** antdTheme is antd's theme for a mode; a phone gets larger controls. */
export function antdTheme(mode: Mode, phone: boolean): ThemeConfig {
  const c = colours[mode];
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  return {
    algorithm: mode === "dark" ? antd.darkAlgorithm : antd.defaultAlgorithm,
    cssVar: { key: "kd" },
    hashed: false,
    token: {
      colorPrimary: c.button, colorLink: c.ac, colorInfo: c.button, colorText: c.t1, colorTextSecondary: c.t2, colorTextTertiary: c.t3,
      colorTextPlaceholder: c.t3, colorBorder: c.line2, colorBorderSecondary: c.line, colorBgBase: c.base, colorBgContainer: c.surface,
      colorBgElevated: c.raised, colorBgLayout: c.bg, colorError: c.red, colorWarning: c.amb, colorSuccess: c.grn,
      fontSize: 14, borderRadius: 6, borderRadiusSM: 4, borderRadiusLG: 8, controlHeight: phone ? 44 : 32, controlHeightSM: phone ? 32 : 26,
      fontFamily: "inherit", boxShadowSecondary: c.shade, boxShadow: c.shade,
      motion: !still, motionDurationFast: "0.08s", motionDurationMid: "0.12s", motionDurationSlow: "0.12s",
    },
    components: {
      Button: { primaryShadow: "none", defaultShadow: "none", dangerShadow: "none", paddingInline: 12, contentFontSizeSM: 13 },
      Drawer: { paddingLG: 20 },
      Select: { optionHeight: phone ? 40 : 30 },
    },
  };
}
