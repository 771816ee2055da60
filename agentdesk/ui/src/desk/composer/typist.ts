/**
 * Tells the server that somebody writes. It forgets after ten seconds, so that a lost word does no harm; as long as the
 * writing goes on it is told again before, and told at once when it has stopped.
 */
export class Typist {
  /** Between two words that it goes on, and of rest after which it has stopped, in ms. */
  static readonly again = 5000;
  static readonly rest = 6000;

  private readonly tell: (on: boolean) => void;
  private told = Number.NEGATIVE_INFINITY;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(tell: (on: boolean) => void) {
    this.tell = tell;
  }

  /** A key was pressed. */
  press(): void {
    if (Date.now() - this.told >= Typist.again) {
      this.told = Date.now();
      this.tell(true);
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.stop(), Typist.rest);
  }

  /** The writing is over: sent, thrown away, or out of sight. */
  stop(): void {
    if (this.timer === undefined) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.told = Number.NEGATIVE_INFINITY;
    this.tell(false);
  }
}
