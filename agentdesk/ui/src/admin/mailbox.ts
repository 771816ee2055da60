import type { MailboxBody } from "@/api/calls";
import type { Mailbox, MailServer } from "@/api/types";

/** A server of the form: its switch says whether the mailbox has one. */
export type ServerFields = Partial<MailServer> & { on: boolean };

/** The fields of the form. */
export type Fields = Omit<MailboxBody, "imap" | "smtp" | "oauth"> & {
  imap: ServerFields;
  smtp: ServerFields;
  oauth?: Partial<NonNullable<MailboxBody["oauth"]>>;
};

/** A limit in the form: nothing is no limit, which the server calls 0. */
const limit = (n: number | undefined | null) => n ?? 0;

const usual = { security: "tls", auth: "password" } as const;

/** What the form begins with; a new mailbox has the ports of TLS. */
export function fieldsOf(m: Mailbox | null): Partial<Fields> {
  if (!m) {
    return { imap: { on: true, port: 993, ...usual, keep_sent: "provider" }, smtp: { on: true, port: 465, ...usual }, subject_tag: true };
  }
  const { name, address, queue_id, signature, acknowledge, ack_text, ticket_link, subject_tag, plus_token, trust_authserv, per_hour, per_day, disabled } = m;
  return {
    name,
    address,
    queue_id,
    signature,
    acknowledge,
    ack_text,
    ticket_link,
    subject_tag,
    plus_token,
    trust_authserv,
    per_hour,
    per_day,
    disabled,
    ...(m.oauth ? { oauth: m.oauth } : {}),
    imap: { ...usual, port: 993, keep_sent: "provider", ...m.imap, on: m.imap !== null },
    smtp: { ...usual, port: 465, ...m.smtp, on: m.smtp !== null },
  };
}

/** What the server is told: an empty secret is no secret and stays what it was, a server switched off is none. */
export function bodyOf(v: Fields): MailboxBody {
  const { imap, smtp, imap_secret, smtp_secret, oauth, oauth_secret, per_hour, per_day, ...rest } = v;
  const { token_url, client_id, scopes = [] } = oauth ?? {};
  return {
    ...rest,
    per_hour: limit(per_hour),
    per_day: limit(per_day),
    ...(imap.on ? { imap: server(imap) } : {}),
    ...(smtp.on ? { smtp: server(smtp) } : {}),
    ...(imap_secret ? { imap_secret } : {}),
    ...(smtp_secret ? { smtp_secret } : {}),
    ...(token_url && client_id ? { oauth: { token_url, client_id, scopes } } : {}),
    ...(oauth_secret ? { oauth_secret } : {}),
  };
}

function server({ on: _, ...s }: ServerFields): MailServer {
  return s as MailServer;
}

/** The name of a form's field from the server's path to it: "imap.host" is ["imap", "host"]. */
export function fieldPath(path: string): string[] {
  return path.replace(/^body\./, "").split(".");
}
