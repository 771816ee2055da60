import { store } from "@/parts/store";

/** Whether an offer makes a sound in this browser, and shows a notice of the system while the desk is out of sight. */
export const sounds = store(localStorage.getItem("offer_sound") !== "off");
export const notices = store(localStorage.getItem("offer_notices") === "on");
sounds.subscribe(() => localStorage.setItem("offer_sound", sounds.get() ? "on" : "off"));
notices.subscribe(() => localStorage.setItem("offer_notices", notices.get() ? "on" : "off"));

let audio: AudioContext | undefined;

/** Lets sounds be heard: a browser is silent until somebody has touched the page. Gives the way to stop waiting for that. */
export function armSound(): () => void {
  const arm = () => {
    audio ??= new AudioContext();
    void audio.resume();
  };
  addEventListener("pointerdown", arm, { once: true });
  addEventListener("keydown", arm, { once: true });
  return () => {
    removeEventListener("pointerdown", arm);
    removeEventListener("keydown", arm);
  };
}

// E5 and A5: a fourth upwards asks and does not alarm.
const notes = [659.3, 880];

/** Two soft notes. */
export function chime(): void {
  if (!sounds.get() || audio?.state !== "running") return;
  for (const [i, pitch] of notes.entries()) {
    const at = audio.currentTime + i * 0.16;
    const tone = audio.createOscillator();
    const level = audio.createGain();
    tone.frequency.value = pitch;
    level.gain.setValueAtTime(0, at);
    level.gain.linearRampToValueAtTime(0.08, at + 0.02);
    level.gain.exponentialRampToValueAtTime(0.001, at + 0.5);
    tone.connect(level).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.55);
  }
}

/** Switches notices on or off; gives whether they are on, which the person or the browser may refuse. */
export async function chooseNotices(on: boolean): Promise<boolean> {
  const granted = on && "Notification" in globalThis && (await Notification.requestPermission()) === "granted";
  notices.set(granted);
  return granted;
}

/** Tells of an offer outside of the page while nobody sees it; gives the way to take it away. */
export function notify(title: string, body: string, tag: string): () => void {
  const seen = document.visibilityState === "visible" && document.hasFocus();
  if (seen || !notices.get() || !("Notification" in globalThis) || Notification.permission !== "granted") return () => {};
  const n = new Notification(title, { body, tag, icon: "/favicon.svg" });
  n.addEventListener("click", () => {
    window.focus();
    n.close();
  });
  return () => n.close();
}
