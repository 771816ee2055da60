/** Colours that keep texts readable, whatever colour a site chose. Contrast as WCAG 2.2 counts it. */

const white = "#ffffff";
// Of white and black one always reaches 4.5 on any colour; of white and a dark grey not.
const ink = "#000000";
const usual = "#2f5bd0";

function parts(hex: string): [number, number, number] {
  const n = Number.parseInt(hex.slice(1), 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}

function luminance(hex: string): number {
  const [r, g, b] = parts(hex).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4)) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** The contrast of two colours, 1 to 21. */
export function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

function darker(hex: string): string {
  return `#${parts(hex).map((c) => Math.floor(c * 0.94).toString(16).padStart(2, "0")).join("")}`;
}

/** A site's colour as #rrggbb; the usual one where it is none. */
export function clean(colour: string): string {
  const c = colour.trim().toLowerCase();
  if (/^#[0-9a-f]{6}$/.test(c)) return c;
  if (/^#[0-9a-f]{3}$/.test(c)) return `#${c.slice(1).replace(/./g, "$&$&")}`;
  return usual;
}

/** What the styles need: the ground in the site's colour, what is written on it, and the colour as ink on white. */
export function palette(colour: string): { brand: string; on: string; ink: string } {
  const brand = clean(colour);
  const on = contrast(brand, white) >= 4.5 ? white : ink;
  let text = brand;
  while (contrast(text, white) < 4.5) text = darker(text);
  return { brand, on, ink: text };
}
