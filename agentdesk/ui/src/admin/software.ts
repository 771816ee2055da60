// In the order in which they are looked for: each browser also names those that it wants to be taken for.
const browsers = [
  ["Edg", "Edge"],
  ["OPR", "Opera"],
  ["MicroMessenger", "WeChat"],
  ["QQBrowser", "QQ Browser"],
  ["Firefox", "Firefox"],
  ["Chrome", "Chrome"],
  ["Safari", "Safari"],
] as const;

const systems = [
  ["Android", "Android"],
  ["iPhone", "iPhone"],
  ["iPad", "iPad"],
  ["Windows", "Windows"],
  ["Mac OS", "macOS"],
  ["Linux", "Linux"],
] as const;

/** A browser and its system, as a person calls them, from a User-Agent header; other programs by their own name. */
export function softwareOf(header: string): string {
  const found = (names: readonly (readonly [string, string])[]) => names.find(([sign]) => header.includes(sign))?.[1];
  const names = [found(browsers), found(systems)].filter(Boolean);
  return names.join(" · ") || header;
}
