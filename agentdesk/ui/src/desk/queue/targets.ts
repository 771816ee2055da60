/** Where a contact can go on: each target with the word by which it is found. */
export interface Goal {
  kind: "queue" | "team" | "agent";
  id: number;
  name: string;
  /** Names in other languages and logins, by which it is found too. */
  also?: string;
}

const names = (g: Goal) => `${g.name} ${g.also ?? ""}`.toLowerCase();

/** The goals whose name holds every word of what was typed, in their order; those that begin with it in front. */
export function findGoals<G extends Goal>(goals: G[], text: string): G[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return goals;
  const found = goals.filter((g) => words.every((w) => names(g).includes(w)));
  const first = (g: G) => g.name.toLowerCase().startsWith(words[0] as string);
  return [...found.filter(first), ...found.filter((g) => !first(g))];
}
