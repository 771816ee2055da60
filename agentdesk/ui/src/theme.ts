import { theme as antd, type ThemeConfig } from "antd";

/** The two looks of the desk. */
export type Look = "light" | "dark";

/**
 * Every colour of the desk, by what it is for. Texts keep a contrast of 4.5:1 on each ground they stand on,
 * the selected row included; Ant Design's stock greys and its stock primary do not.
 */
const light = {
  ground: "#f3f4f7",
  surface: "#ffffff",
  raised: "#ffffff",
  sunken: "#f3f4f7",
  hover: "#eef0f4",
  "hover-ground": "#e8eaef",
  selected: "#e5ecfc",
  line: "#e1e4ea",
  "line-strong": "#c2c8d3",
  text: "#1a1e26",
  "text-2": "#454d5b",
  "text-3": "#586171",
  accent: "#2f5bd0",
  "accent-hover": "#254cb5",
  "accent-text": "#2450bd",
  "accent-soft": "#e5ecfc",
  "on-accent": "#ffffff",
  good: "#18703f",
  "good-soft": "#e0f3e8",
  warn: "#855300",
  "warn-soft": "#fdf0d5",
  bad: "#b82a2a",
  "bad-soft": "#fce8e8",
  "bad-solid": "#c73535",
  plum: "#7a3fa0",
  "plum-soft": "#f3e8fa",
  teal: "#0f6a73",
  "teal-soft": "#dcf2f3",
  note: "#fff9e6",
  "note-line": "#ecdcae",
  shadow: "rgba(20, 26, 40, 0.12)",
};

const dark: typeof light = {
  ground: "#121418",
  surface: "#181b20",
  raised: "#22262d",
  sunken: "#121418",
  hover: "#22262d",
  "hover-ground": "#1e2228",
  selected: "#1f2d52",
  line: "#2a2f37",
  "line-strong": "#454d59",
  text: "#e7e9ed",
  "text-2": "#b9c0cb",
  "text-3": "#9ca5b4",
  accent: "#3f69dc",
  "accent-hover": "#4f78e6",
  "accent-text": "#93b3ff",
  "accent-soft": "#1f2d52",
  "on-accent": "#ffffff",
  good: "#63cf94",
  "good-soft": "#163223",
  warn: "#e6b75a",
  "warn-soft": "#35290f",
  bad: "#ff8f8f",
  "bad-soft": "#3c1d20",
  "bad-solid": "#c73f3f",
  plum: "#d3a4f2",
  "plum-soft": "#33233f",
  teal: "#67ccd6",
  "teal-soft": "#143236",
  note: "#28241a",
  "note-line": "#4b4226",
  shadow: "rgba(0, 0, 0, 0.5)",
};

const palettes = { light, dark };

export const fontFamily =
  '-apple-system, BlinkMacSystemFont, "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "Helvetica Neue", Arial, sans-serif';

/** Writes the colours as custom properties (`--text-2`), which the desk's own styles use. */
export function paint(look: Look, root: HTMLElement = document.documentElement): void {
  root.dataset.look = look;
  root.style.colorScheme = look;
  root.style.setProperty("--font", fontFamily);
  for (const [name, value] of Object.entries(palettes[look])) root.style.setProperty(`--${name}`, value);
}

/** Ant Design's tokens, from the same colours. */
export function antTheme(look: Look): ThemeConfig {
  const c = palettes[look];
  return {
    algorithm: look === "dark" ? antd.darkAlgorithm : antd.defaultAlgorithm,
    hashed: false,
    cssVar: { key: "desk" },
    token: {
      fontFamily,
      fontSize: 13,
      borderRadius: 6,
      controlHeight: 30,
      controlHeightSM: 26,
      controlHeightLG: 38,
      fontSizeLG: 14,
      fontSizeHeading5: 15,
      colorPrimary: c.accent,
      colorPrimaryHover: c["accent-hover"],
      colorLink: c["accent-text"],
      colorLinkHover: c["accent-text"],
      colorInfo: c.accent,
      colorSuccess: c.good,
      colorWarning: c.warn,
      colorError: c["bad-solid"],
      colorErrorText: c.bad,
      colorText: c.text,
      colorTextSecondary: c["text-2"],
      colorTextTertiary: c["text-3"],
      colorTextDescription: c["text-3"],
      colorTextPlaceholder: c["text-3"],
      colorTextQuaternary: c["text-3"],
      colorIcon: c["text-3"],
      colorBgBase: c.surface,
      colorBgContainer: c.surface,
      colorBgElevated: c.raised,
      colorBgLayout: c.ground,
      colorBorder: c["line-strong"],
      colorBorderSecondary: c.line,
      colorSplit: c.line,
      motionDurationFast: "0.08s",
      motionDurationMid: "0.12s",
      motionDurationSlow: "0.16s",
      // Ant Design waits for the end of its motions; cut short by a style sheet they would leave menus off the screen.
      motion: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      wireframe: false,
    },
    components: {
      Button: { primaryShadow: "none", defaultShadow: "none", dangerShadow: "none", fontWeight: 500 },
      Tooltip: { fontSize: 12 },
      Form: { itemMarginBottom: 14, verticalLabelPadding: "0 0 3px" },
      // Selected words in the stock primary do not stand out enough from the ground under them.
      Dropdown: { colorPrimary: c["accent-text"], controlItemBgActive: c["accent-soft"], controlItemBgActiveHover: c["accent-soft"] },
      Select: { optionSelectedBg: c["accent-soft"], optionSelectedColor: c["accent-text"] },
    },
  };
}
