import type { Answers, Choice, ClientFrame, Config, FileRef, ServerFrame, Site } from "./frames.ts";
import { Line, type LineState } from "./line.ts";
import { type Letter, Outbox } from "./outbox.ts";
import { newID, type Store } from "./store.ts";
import { hear, silence, type Talk, unread } from "./talk.ts";

/** Where the program is and which of its sites this page belongs to. */
export interface Place {
  /** The program's own address, without a slash at its end. */
  base: string;
  site: string;
  language: string;
  /** How dates and times are written: the language, with the visitor's own region where he names one. */
  locale: string;
  /** The host page's signed word on who the visitor is; empty where it says nothing. */
  identity: string;
}

/** Milliseconds. */
const acknowledgedWithin = 15_000;
const typingLasts = 6000;
const typingEvery = 3000;
const agentTypingLasts = 8000;

/** A chat of this visitor: what is said, what waits to be sent, and the line between. */
export class Chat {
  talk: Talk = silence;
  line: LineState = "off";
  /** The site, before the line stands and after. */
  site: Site | null = null;
  /** Letters that the program has, until they come back as messages. */
  sent: Letter[] = [];
  readonly outbox: Outbox;
  readonly place: Place;
  private store: Store;
  private wire: Line;
  private told: () => void;
  private overdue: ReturnType<typeof setTimeout> | undefined;
  private resting: ReturnType<typeof setTimeout> | undefined;
  private agentResting: ReturnType<typeof setTimeout> | undefined;
  private typed = 0;
  /** The token of what is on the screen; another tab may have kept another since. */
  private token = "";

  /** @param told is called after every change of what this holds. */
  constructor(place: Place, store: Store, told: () => void) {
    this.place = place;
    this.store = store;
    this.told = told;
    this.wire = new Line({
      url: `${place.base.replace(/^http/, "ws")}/ws/chat/${place.site}`,
      hello: () => this.hello(),
      heard: (f) => this.heard(f),
      changed: (s) => this.lineChanged(s),
    });
    this.outbox = new Outbox(store, (f) => this.deliver(f), told);
  }

  /** Whether something of this visitor is under way, so that the line is wanted though nobody looks. */
  known(): boolean {
    return this.store.get("token") !== "" || this.outbox.letters.length > 0;
  }

  /** Asks for the site's looks and words; fails where the site is none, or this page may not use it. */
  async look(): Promise<Config> {
    const { base, site, language } = this.place;
    const answer = await fetch(`${base}/chat/${site}/config?lang=${language}`, { credentials: "omit" });
    if (!answer.ok) throw new Error(`chat: ${answer.status}`);
    const config = (await answer.json()) as Config;
    this.site ??= config;
    return config;
  }

  connect(): void {
    this.wire.start();
  }

  /** Somebody looks, or the network is back. */
  wake(): void {
    this.wire.wake();
  }

  /** Begins a conversation; `what` where it is none but a message or a wish to be called. */
  start(what: Choice | "", answers: Answers, text: string): void {
    this.outbox.add(newID(), Date.now(), { kind: "start", what, answers, text });
  }

  say(text: string, files: FileRef[]): void {
    this.rest();
    this.outbox.add(newID(), Date.now(), { kind: "message", text, files });
  }

  choose(what: Choice, answers: Answers): void {
    this.outbox.add(newID(), Date.now(), { kind: "choose", what, answers });
  }

  end(): void {
    this.outbox.add(newID(), Date.now(), { kind: "end" });
  }

  /** The visitor types; the other side is told, and told when he rests. */
  typing(): void {
    const now = Date.now();
    if (now - this.typed > typingEvery) {
      this.typed = now;
      this.wire.send({ type: "typing", on: true });
    }
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.rest(), typingLasts);
  }

  /** Everything that is here has been seen. */
  sawAll(): void {
    const upto = this.talk.seq;
    if (upto <= this.seen()) return;
    this.store.set("seen", String(upto));
    this.wire.send({ type: "read", upto });
    this.told();
  }

  unread(): number {
    return unread(this.talk, this.seen());
  }

  /** Uploads a file; its reference goes with a letter. Fails with the program's words where it has any. */
  async upload(file: File): Promise<FileRef> {
    const { base, site, language } = this.place;
    const answer = await fetch(`${base}/chat/${site}/files?name=${encodeURIComponent(file.name)}`, {
      method: "POST",
      body: file,
      credentials: "omit",
      headers: {
        Authorization: `Bearer ${this.store.get("token")}`,
        "Content-Type": "application/octet-stream",
        "Accept-Language": language,
      },
    });
    if (answer.ok) return (await answer.json()) as FileRef;
    const problem = (await answer.json().catch(() => ({}))) as { detail?: string; errors?: { detail?: string }[] };
    throw new Error(problem.errors?.[0]?.detail ?? problem.detail ?? "");
  }

  private seen(): number {
    return Number(this.store.get("seen")) || 0;
  }

  private rest(): void {
    clearTimeout(this.resting);
    if (!this.typed) return;
    this.typed = 0;
    this.wire.send({ type: "typing", on: false });
  }

  private deliver(f: ClientFrame): boolean {
    if (!this.wire.send(f)) return false;
    // A letter that is not acknowledged in time went into a line that is dead without having said so.
    clearTimeout(this.overdue);
    this.overdue = setTimeout(() => {
      if (this.outbox.waiting()) this.wire.renew();
    }, acknowledgedWithin);
    return true;
  }

  private hello(): ClientFrame {
    const { language, identity } = this.place;
    const token = this.store.get("token");
    const after = token === this.token ? this.talk.seq : 0;
    return { type: "hello", token, after, lang: language, page: location.href, identity };
  }

  private heard(f: ServerFrame): void {
    if (f.type === "welcome") {
      this.welcomed(f.token);
      this.site = f.site;
    }
    const before = this.talk.seq;
    this.talk = hear(this.talk, f);
    if (this.talk.seq > before) this.wire.send({ type: "received", upto: this.talk.seq });
    if (f.type === "typing") {
      clearTimeout(this.agentResting);
      this.agentResting = setTimeout(() => this.heard({ ...f, on: false }), agentTypingLasts);
    }
    if (f.type === "error") this.refused(f.id, f);
    else if (f.type === "ok") this.acknowledged(f.id);
    else if (f.type === "message" && f.id) {
      this.sent = this.sent.filter((l) => l.id !== f.id);
      this.outbox.done(f.id);
    } else if (f.type === "reset") this.sent = [];
    this.told();
  }

  private acknowledged(id: string): void {
    const l = this.outbox.letters.find((x) => x.id === id);
    if (l && l.kind !== "choose" && l.kind !== "end" && !this.talk.messages.some((m) => m.id === id)) this.sent = [...this.sent, l];
    this.outbox.done(id);
  }

  private refused(id: string | undefined, why: Extract<ServerFrame, { type: "error" }>): void {
    if (why.code === "bad_chat_token") {
      // What waits to be sent is still this visitor's: it is kept and goes, or is shown as not sent.
      this.forget();
      this.wire.renew();
    } else if (id && (why.code === "chat_not_waiting" || this.outbox.letters.some((l) => l.id === id && l.kind === "end"))) {
      // The state has moved on, and is shown: nothing is left to be said about it.
      this.outbox.done(id);
    } else if (id) {
      this.outbox.refused(id, { code: why.code, detail: why.detail, args: why.args ?? null });
    }
  }

  private welcomed(token: string): void {
    const before = this.token || this.store.get("token");
    if (before && before !== token) {
      // Another visitor: what was said before, and what waits, is not his.
      this.forget();
      this.outbox.clear();
    }
    this.token = token;
    this.store.set("token", token);
  }

  private forget(): void {
    this.token = "";
    this.store.set("token", "");
    this.store.set("seen", "");
    this.talk = silence;
    this.sent = [];
  }

  private lineChanged(s: LineState): void {
    this.line = s;
    clearTimeout(this.overdue);
    if (s === "up") this.outbox.lineUp();
    else this.outbox.lineDown();
    this.told();
  }
}
