import type english from "../words/en.json";

/** Names of the widget's own words. They come with the site's, in one language: the script carries none. */
export type Word = keyof typeof english;
export type WordList = Record<Word, string>;

/** Gives words, with `{n}` and the like filled in. */
export function speak(list: WordList) {
  return (word: Word, fill: Record<string, string | number> = {}): string => list[word].replace(/\{(\w+)\}/g, (_, k: string) => String(fill[k]));
}

/** The language of the page, where it is one of ours; else the first of the visitor's that is; else English. */
export function language(page: string, visitor: readonly string[]): string {
  for (const l of [page, ...visitor]) {
    const short = l.slice(0, 2).toLowerCase();
    if (short === "zh" || short === "en") return short;
  }
  return "en";
}
