import type { Chat } from "./chat.ts";
import type { Choice, FileRef } from "./frames.ts";
import type { Store } from "./store.ts";
import type { speak } from "./words.ts";

/** A file in the composer; without a reference it is still on its way up. */
export interface Upload {
  key: number;
  name: string;
  size: number;
  ref?: FileRef;
}

/** What is on the screen and is nowhere else. */
export interface Screen {
  open: boolean;
  /** The form of a new chat, after one that ended. */
  fresh: boolean;
  /** The visitor is asked whether he really wants to end. */
  ending: boolean;
  /** What he wants instead of waiting, while he is asked how to reach him. */
  what: Choice | null;
  /** Files hang over the panel. */
  over: boolean;
  /** What is wrong with an answer of the form, by the name of its question. */
  bad: Record<string, string>;
  uploads: Upload[];
  /** Why a file was not taken. */
  trouble: string;
  /** The end of the log is on the screen, and stays there. */
  follow: boolean;
}

/** All that a part of the screen is drawn from. Nothing is remembered anywhere else. */
export interface View {
  chat: Chat;
  store: Store;
  say: ReturnType<typeof speak>;
  screen: Screen;
  /** Changes the screen and draws it. */
  set(to: Partial<Screen>): void;
  /** Opens or closes the panel. */
  turn(open: boolean): void;
}
