import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { expect, test } from "vitest";
import en from "./en.json";

const root = new URL("../", import.meta.url);
const sources = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((f) => /\.tsx?$/.test(f) && !/\.(test|gen)\./.test(f));

// Attributes that a person reads or hears.
const spoken = new Set(["title", "placeholder", "label", "alt", "aria-label", "okText", "cancelText", "description", "extra", "content"]);
// Names of keys and of the languages themselves are the same in every language.
const allowed = new Set(["Ctrl+Enter", "中文", "English"]);

const hasWords = (text: string) => /\p{L}/u.test(text) && !allowed.has(text.trim());

/** A key of the keyboard is written the same in every language. */
const isKey = (n: ts.JsxText) => ts.isJsxElement(n.parent) && n.parent.openingElement.tagName.getText() === "Kbd";

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(new URL(file, root), "utf8"), ts.ScriptTarget.Latest, true, file.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS);
}

function walk(node: ts.Node, see: (n: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (n) => walk(n, see));
}

test("words for people stand in the language files only", () => {
  const found: string[] = [];
  for (const file of sources) {
    walk(parse(file), (n) => {
      if (ts.isJsxText(n) && hasWords(n.text) && !isKey(n)) found.push(`${file}: ${n.text.trim()}`);
      if (ts.isJsxExpression(n) && n.expression && ts.isStringLiteral(n.expression) && ts.isJsxElement(n.parent) && hasWords(n.expression.text)) {
        found.push(`${file}: ${n.expression.text}`);
      }
      const named = ts.isJsxAttribute(n) || ts.isPropertyAssignment(n) ? n.name.getText() : "";
      const value = ts.isJsxAttribute(n) || ts.isPropertyAssignment(n) ? n.initializer : undefined;
      if (spoken.has(named) && value && ts.isStringLiteral(value) && hasWords(value.text)) found.push(`${file}: ${named}=${value.text}`);
    });
  }
  expect(found).toEqual([]);
});

test("every word in the language files is used", () => {
  const used: string[] = [];
  for (const file of sources) {
    walk(parse(file), (n) => {
      if (ts.isStringLiteral(n) || ts.isNoSubstitutionTemplateLiteral(n)) used.push(n.text);
      // A key put together at run time uses all words below its fixed beginning.
      if (ts.isTemplateExpression(n)) used.push(`${n.head.text}*`);
    });
  }
  const exact = new Set(used);
  const beginnings = used.filter((u) => u.endsWith("*") && u.includes(".")).map((u) => u.slice(0, -1));
  const idle = keysOf(en).filter((k) => {
    const key = k.replace(/_(one|other)$/, "");
    return !exact.has(key) && !beginnings.some((b) => key.startsWith(b));
  });
  expect(idle).toEqual([]);
});

function keysOf(words: object, prefix = ""): string[] {
  return Object.entries(words).flatMap(([k, v]) => (typeof v === "string" ? [prefix + k] : keysOf(v as object, `${prefix}${k}.`)));
}
