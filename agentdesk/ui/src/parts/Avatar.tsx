import css from "./parts.module.css";

interface Props {
  name: string;
  size?: number;
  /** Agents are round and grey, customers have a colour of their own. */
  agent?: boolean;
}

/** Who it is, at a glance. The name always stands beside it or in a title, so it is silent. */
export function Avatar({ name, size = 28, agent }: Props) {
  return (
    <span
      className={css.avatar}
      data-agent={agent || undefined}
      data-hue={agent ? undefined : hue(name)}
      style={{ width: size, height: size, fontSize: Math.max(10, Math.round(size * 0.42)) }}
      aria-hidden
    >
      {initials(name)}
    </span>
  );
}

/** The family name of a Chinese name, the first letters of the first and last word of any other. */
export function initials(name: string): string {
  const clean = name.trim();
  const first = [...clean][0] ?? "?";
  if (/\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}/u.test(first)) return first;
  const words = clean.split(/[\s.@_-]+/).filter(Boolean);
  const last = words.length > 1 ? ([...(words.at(-1) ?? "")][0] ?? "") : "";
  return (first + last).toUpperCase();
}

function hue(name: string): number {
  let h = 0;
  for (const c of name) h = (h * 31 + (c.codePointAt(0) ?? 0)) % 997;
  return h % 6;
}
