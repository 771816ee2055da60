import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { inject } from "vitest";

export const company = "kefu@polaris.example";

export interface Mail {
  from: string;
  subject: string;
  body: string;
  to?: string;
  headers?: Record<string, string>;
}

/** Sends a mail to the program over SMTP (RFC 5321), as a customer's server would, and gives its Message-ID. */
export async function write(m: Mail): Promise<string> {
  const id = `<${randomUUID()}@customer.example>`;
  const headers = { From: m.from, To: m.to ?? company, Subject: encoded(m.subject), "Message-ID": id, Date: new Date().toUTCString(), ...m.headers };
  const type = m.headers?.["Content-Type"] ? "" : "Content-Type: text/plain; charset=utf-8\r\n";
  const head = Object.entries(headers).map(([k, v]) => `${k}: ${v}\r\n`);
  const text = `MIME-Version: 1.0\r\n${type}${head.join("")}\r\n${m.body.replaceAll("\n", "\r\n")}\r\n`;
  const address = /<([^>]+)>/.exec(m.from)?.[1] ?? m.from;
  await say(["EHLO customer.example", `MAIL FROM:<${address}>`, `RCPT TO:<${m.to ?? company}>`, "DATA", `${text.replaceAll("\r\n.", "\r\n..")}.`, "QUIT"]);
  return id;
}

const encoded = (text: string) => `=?utf-8?B?${Buffer.from(text).toString("base64")}?=`;

function say(lines: string[]): Promise<void> {
  const [host, port] = inject("program").smtp.split(":");
  return new Promise((resolve, reject) => {
    const line = connect(Number(port), host);
    let heard = "";
    line.on("error", reject);
    line.on("close", () => (lines.length === 0 ? resolve() : reject(new Error(`the server hung up: ${heard}`))));
    line.on("data", (b) => {
      heard += b.toString();
      // The last line of an answer has a space after its code.
      const answer = /^(\d)\d\d [^\n]*\n$/m.exec(heard);
      if (!answer) return;
      if (answer[1] !== "2" && answer[1] !== "3") reject(new Error(heard));
      heard = "";
      const next = lines.shift();
      if (next !== undefined) line.write(`${next}\r\n`);
      else line.end();
    });
  });
}

/** Waits for a mail of the desk whose source holds the text, by people or automatic, and gives the source. */
export async function posted(text: string, by: "people" | "itself" = "people"): Promise<string> {
  const { postbox } = inject("program");
  for (;;) {
    for (const name of await readdir(postbox)) {
      const source = await readFile(`${postbox}/${name}`, "utf8");
      const automatic = header(source, "Auto-Submitted") !== "";
      if (automatic === (by === "itself") && (unfolded(source) + plain(source)).includes(text)) return source;
    }
    // The postbox is a folder; there is nothing to be woken by. The test's own limit ends this.
    await wait(50);
  }
}

/** The plain part of a mail's source. */
export function plain(source: string): string {
  for (const part of source.split(/\r?\n--\S{10,}\r?\n/)) {
    const [head = "", ...rest] = part.split(/\r?\n\r?\n/);
    const body = rest.join("\n\n");
    if (!/^Content-Type: text\/plain/im.test(head)) continue;
    if (/^Content-Transfer-Encoding: base64/im.test(head)) return Buffer.from(body, "base64").toString();
    return body.replace(/=\r?\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  }
  return "";
}

/** One header of a mail's source, unfolded. */
export function header(source: string, name: string): string {
  return new RegExp(`^${name}: (.*)$`, "im").exec(unfolded(source))?.[1]?.trim() ?? "";
}

function unfolded(source: string): string {
  return source.replace(/\r?\n[ \t]+/g, " ");
}
