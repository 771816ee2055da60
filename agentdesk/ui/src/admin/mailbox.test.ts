import { expect, test } from "vitest";
import type { Mailbox } from "@/api/types";
import { bodyOf, type Fields, fieldPath, fieldsOf } from "./mailbox.ts";

const server = { host: "imap.example", port: 993, security: "tls", auth: "password", user: "help", keep_sent: "provider" } as const;
const mailbox: Mailbox = {
  id: 3,
  name: "技术支持",
  address: "help@firm.example",
  queue_id: 1,
  imap: server,
  smtp: null,
  oauth: null,
  signature: "",
  acknowledge: true,
  ack_text: "",
  ticket_link: true,
  subject_tag: true,
  plus_token: false,
  trust_authserv: "",
  per_hour: 0,
  per_day: 500,
  disabled: false,
  state: { receiving: null, sending: null },
  sent_hour: 0,
  sent_day: 0,
  held: 0,
  slow_until: null,
  waiting: 0,
  hand_in: null,
  set_aside: 0,
  quarantined: 0,
};

test("a mailbox that is saved without a change stays what it was", () => {
  const { name, address, queue_id, imap, signature, acknowledge, ack_text, ticket_link, subject_tag, plus_token, trust_authserv, per_hour, per_day, disabled } = mailbox;
  const same = { name, address, queue_id, imap, signature, acknowledge, ack_text, ticket_link, subject_tag, plus_token, trust_authserv, per_hour, per_day, disabled };
  expect(bodyOf(fieldsOf(mailbox) as Fields)).toEqual(same);
});

test("an empty secret is not sent, a typed one is", () => {
  const f = { ...fieldsOf(mailbox), imap_secret: "", smtp_secret: "s3cret" } as Fields;
  expect(bodyOf(f)).not.toHaveProperty("imap_secret");
  expect(bodyOf(f).smtp_secret).toBe("s3cret");
});

test("the server's path to a field is the form's", () => {
  expect(fieldPath("imap.host")).toEqual(["imap", "host"]);
  expect(fieldPath("body.address")).toEqual(["address"]);
});
