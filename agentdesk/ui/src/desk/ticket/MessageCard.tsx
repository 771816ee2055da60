import { LockOutlined, RobotOutlined } from "@ant-design/icons";
import { memo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Entry, Ticket } from "@/api/types";
import { Avatar } from "@/parts/Avatar";
import { Chip } from "@/parts/Chip";
import { Time } from "@/parts/Time";
import { useCommand } from "@/keys/useKeys";
import { Attachments } from "./Attachments.tsx";
import { DeliveryMark, DeliveryTrouble } from "./Delivery.tsx";
import { HtmlFrame } from "./HtmlFrame.tsx";
import { MessageMenu } from "./MessageMenu.tsx";
import { MessageText } from "./MessageText.tsx";
import { Problems } from "./Problems.tsx";
import css from "./timeline.module.css";

interface Props {
  entry: Entry;
  ticket: Ticket | undefined;
  /** The newest entry answers the key that switches between text and HTML. */
  newest: boolean;
}

/** One message or note. */
export const MessageCard = memo(function MessageCard({ entry, ticket, newest }: Props) {
  const { t } = useTranslation();
  // Where the layout says something that the text cannot, it is shown at once.
  const [html, setHtml] = useState(entry.formatted);
  const name = entry.author.name || entry.author.address || t("contact.nobody");
  const agent = entry.author.kind !== "contact";
  useCommand("html", () => setHtml((h) => !h), newest && entry.has_html);

  return (
    <article className={css.card} data-direction={entry.direction} data-auto={entry.auto || undefined}>
      <Avatar name={name} agent={agent} />
      <div className={css.cardMain}>
        <header className={css.cardHead}>
          <b className={css.author}>{name}</b>
          {entry.author.address && entry.author.address !== name && <span className={css.address}>{entry.author.address}</span>}
          {entry.direction === "note" && (
            <Chip tone="warn" title={t("message.note_title")}>
              <LockOutlined aria-hidden /> {t("message.note")}
            </Chip>
          )}
          {entry.auto && (
            <Chip title={t("message.auto_title")}>
              <RobotOutlined aria-hidden /> {t("message.auto")}
            </Chip>
          )}
          {entry.has_html && <Form html={html} setHtml={setHtml} />}
          {entry.bulk && <Chip title={t("message.bulk_title")}>{t("message.bulk")}</Chip>}
          {entry.problems.length > 0 && <Problems codes={entry.problems} />}
          <span className={css.push} />
          {entry.delivery && <DeliveryMark delivery={entry.delivery} />}
          <Time at={entry.at} className={css.when} clock />
          <MessageMenu entry={entry} ticket={ticket} />
        </header>
        {entry.direction !== "note" && <Recipients entry={entry} />}
        {entry.delivery && ticket && <DeliveryTrouble entry={entry} ticket={ticket} />}
        {html ? <HtmlFrame entry={entry} /> : <MessageText entry={entry} />}
        <Attachments files={html ? entry.attachments.filter((f) => !f.inline) : entry.attachments} />
      </div>
    </article>
  );
});

/** Switches between the mail as it was laid out and its text alone. */
function Form({ html, setHtml }: { html: boolean; setHtml: (on: boolean) => void }) {
  const { t } = useTranslation();
  return (
    <span className={css.form} role="group" aria-label={t("html.form")}>
      {([true, false] as const).map((on) => (
        <button key={String(on)} type="button" aria-pressed={html === on} title={t(on ? "html.show" : "html.text")} onClick={() => setHtml(on)}>
          {t(on ? "html.short" : "html.text_short")}
        </button>
      ))}
    </span>
  );
}

/** To whom it went: the first in short, everybody on a click. */
function Recipients({ entry }: { entry: Entry }) {
  const { t } = useTranslation();
  const [whole, setWhole] = useState(false);
  const rows = [
    ["to", entry.to],
    ["cc", entry.cc],
    ["bcc", entry.bcc],
  ] as const;
  const count = entry.to.length + entry.cc.length + entry.bcc.length;
  if (count === 0) return null;
  const first = entry.to[0] ?? entry.cc[0] ?? entry.bcc[0] ?? "";
  return (
    <div className={css.recipients}>
      {!whole && (
        <button type="button" onClick={() => setWhole(true)} aria-expanded={false}>
          {t("message.to_short", { first })}
          {count > 1 && ` ${t("message.and_more", { count: count - 1 })}`}
          {entry.bcc.length > 0 && ` · ${t("message.bcc")}`}
        </button>
      )}
      {whole && (
        <button type="button" onClick={() => setWhole(false)} aria-expanded>
          {rows.map(
            ([kind, list]) =>
              list.length > 0 && (
                <span key={kind}>
                  {t(`message.${kind}`)} {list.join(", ")}
                </span>
              ),
          )}
          {entry.subject && (
            <span>
              {t("message.subject")} {entry.subject}
            </span>
          )}
        </button>
      )}
    </div>
  );
}
