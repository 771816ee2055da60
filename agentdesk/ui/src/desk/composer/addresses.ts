/** One address of a mail as people type it: "a@b.cn" or "李静 <a@b.cn>". */
const plain = /^[^\s@<>",;]+@[^\s@<>",;]+\.[^\s@<>",;.]+$/;

/** The bare address of what was typed, or null where there is none. */
export function addressOf(text: string): string | null {
  const inner = /<([^<>]*)>\s*$/.exec(text)?.[1] ?? text;
  const a = inner.trim();
  return plain.test(a) && a.length <= 254 ? a : null;
}

/** Splits what was typed or pasted at commas, semicolons (Chinese ones too) and line ends, but not inside quotes. */
export function splitAddresses(text: string): string[] {
  return (text.match(/(?:"[^"]*"|[^,;，；、\n\r])+/g) ?? []).map((p) => p.trim()).filter(Boolean);
}
