import type { Want } from "@/api/queue";
import { newKey } from "./rows.ts";

/** What is wanted as a tree that is edited: conditions, and groups of which all or any must hold; each named by a key. */
export type Node = Leaf | Group;
export type Leaf = Skill | Language;

export interface Skill {
  kind: "skill";
  key: number;
  skill: string;
  level: number;
}

/** The customer's language, where it is known. */
export interface Language {
  kind: "language";
  key: number;
  level: number;
}

export interface Group {
  kind: "all" | "any";
  key: number;
  of: Node[];
}

/** Reads a want, in which one node may say several things, as a tree in which each says one. */
export function toNode(w: Want | undefined): Node {
  const of: Node[] = [];
  const level = Math.max(1, w?.level ?? 1);
  if (w?.skill) of.push({ kind: "skill", key: newKey(), skill: w.skill, level });
  if (w?.language) of.push({ kind: "language", key: newKey(), level });
  for (const part of w?.all ?? []) {
    const node = toNode(part);
    if (node.kind === "all") of.push(...node.of);
    else of.push(node);
  }
  const any = (w?.any ?? []).map(toNode);
  if (any.length === 1) of.push(any[0] as Node);
  else if (any.length > 1) of.push({ kind: "any", key: newKey(), of: any });
  return of.length === 1 ? (of[0] as Node) : { kind: "all", key: newKey(), of };
}

/** The tree as rules keep it; undefined where nothing is wanted. A condition without a skill is not finished, and left out. */
export function toWant(n: Node): Want | undefined {
  switch (n.kind) {
    case "skill":
      return n.skill.trim() ? { skill: n.skill.trim(), level: n.level } : undefined;
    case "language":
      return { language: true, level: n.level };
    default: {
      const parts = n.of.flatMap((x) => toWant(x) ?? []);
      if (parts.length < 2) return parts[0];
      return n.kind === "all" ? { all: parts } : { any: parts };
    }
  }
}

/** The tree as it is shown: always a group, so that there is something to add to. */
export const asGroup = (n: Node): Group => (n.kind === "all" || n.kind === "any" ? n : { kind: "all", key: newKey(), of: [n] });

/** Every skill that a want names. */
export function skillsOf(w: Want | undefined): string[] {
  if (!w) return [];
  return [...(w.skill ? [w.skill] : []), ...(w.all ?? []).flatMap(skillsOf), ...(w.any ?? []).flatMap(skillsOf)];
}
