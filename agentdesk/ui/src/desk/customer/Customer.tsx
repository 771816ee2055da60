import { CloseOutlined, CopyOutlined, EditOutlined, GlobalOutlined, MailOutlined, MessageOutlined, PhoneOutlined, PrinterOutlined, WarningOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { App, Button } from "antd";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { dismissLink, unlinkTicket } from "@/api/calls";
import type { Link as TicketLink, Point, Ticket } from "@/api/types";
import { ClocksSection } from "@/clocks/Clocks";
import { keys } from "@/data/keys";
import { ticketQuery, useMay } from "@/data/queries";
import { useCommand } from "@/keys/useKeys";
import { Avatar } from "@/parts/Avatar";
import { Chip } from "@/parts/Chip";
import { Quiet } from "@/parts/Quiet";
import { Bone, Late } from "@/parts/states";
import { Time } from "@/parts/Time";
import { AccountClass } from "./AccountClass.tsx";
import { ContactForm } from "./ContactForm.tsx";
import css from "./customer.module.css";
import { Fields } from "./Fields.tsx";
import { SecretLinks } from "./SecretLinks.tsx";

/** Right: who it is, and everything known of him. */
export function Customer({ id }: { id: number }) {
  const { t } = useTranslation();
  const { data } = useQuery(ticketQuery(id));
  return (
    <aside className={css.panel} aria-label={t("customer.label")}>
      {data ? (
        <>
          <Person key={data.customer.contact.id} ticket={data} />
          <ClocksSection ticket={data} section={css.section} title={css.title} />
          <Links ticket={data} />
          <Duplicates ticket={data} />
          <Fields ticket={data} />
          <Facts ticket={data} />
          <SecretLinks ticket={data} />
          <Participants ticket={data} />
          <Others ticket={data} />
        </>
      ) : (
        <Late>
          <div className={css.section}>
            <Bone width="60%" />
          </div>
        </Late>
      )}
    </aside>
  );
}

function Section({ title, count, children }: { title: string; count?: number; children: ReactNode }) {
  return (
    <section className={css.section}>
      <h2 className={css.title}>
        {title}
        {count !== undefined && <span>{count}</span>}
      </h2>
      {children}
    </section>
  );
}

const kinds = { email: <MailOutlined />, phone: <PhoneOutlined />, fax: <PrinterOutlined />, chat: <MessageOutlined />, other: <GlobalOutlined /> };

function Person({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const { contact } = ticket.customer;
  const may = useMay("contact.edit");
  const [editing, setEditing] = useState(false);
  useCommand("edit_contact", () => setEditing(true), may);
  const name = contact.name || ticket.contact.address || t("contact.nobody");
  const language = contact.language === "zh" || contact.language === "en" ? t(`language.${contact.language}`) : contact.language;
  if (editing) return <ContactForm ticket={ticket.id} contact={contact} close={() => setEditing(false)} />;
  return (
    <section className={css.section}>
      <div className={css.person}>
        <Avatar name={name} size={38} />
        <div>
          <h2 className={css.name}>{name}</h2>
          {contact.account && <p className={css.account}>{contact.account.name}</p>}
        </div>
        {may && (
          <Quiet label={t("edit.title")} className={css.edit} onClick={() => setEditing(true)}>
            <EditOutlined />
          </Quiet>
        )}
      </div>
      <ul className={css.points}>
        {contact.points.map((p) => (
          <Reach key={`${p.kind}:${p.address}`} point={p} />
        ))}
      </ul>
      <dl className={css.facts}>
        {contact.account && <Fact name={t("customer.kind")}>{t(`customer.kinds.${contact.account.kind}`)}</Fact>}
        {contact.account && (
          <Fact name={t("customer.class")}>
            <AccountClass ticket={ticket.id} account={contact.account} />
          </Fact>
        )}
        {contact.account?.address && <Fact name={t("customer.address")}>{contact.account.address}</Fact>}
        {language && <Fact name={t("customer.language")}>{language}</Fact>}
        <Fact name={t("customer.since")}>
          <Time at={contact.created_at} />
        </Fact>
      </dl>
      {contact.note && <p className={css.note}>{contact.note}</p>}
    </section>
  );
}

function Reach({ point }: { point: Point }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const copy = () => void navigator.clipboard?.writeText(point.address).then(() => message.success(t("ticket.copied"), 1.5));
  return (
    <li className={css.point}>
      <span aria-hidden>{kinds[point.kind]}</span>
      <bdi title={point.address}>{point.address}</bdi>
      {point.bounced_at && (
        <span className={css.bounced} title={t("customer.bounced_title")}>
          <WarningOutlined aria-hidden /> {t("customer.bounced")}
        </span>
      )}
      <Quiet label={t("customer.copy")} className={css.copy} onClick={copy}>
        <CopyOutlined />
      </Quiet>
    </li>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

const ChildrenDialog = lazy(() => import("../together/ChildrenDialog.tsx"));

/** Tickets that belong together, or perhaps do, with the reason. */
function Links({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const [answering, setAnswering] = useState(false);
  const mayReply = useMay("ticket.reply");
  if (ticket.links.length === 0) return null;
  const isCause = ticket.links.some((l) => l.kind === "parent");
  return (
    <Section title={t("links.title")} count={ticket.links.length}>
      {isCause && mayReply && (
        <Button size="small" onClick={() => setAnswering(true)}>
          {t("links.answer")}
        </Button>
      )}
      {answering && (
        <Suspense>
          <ChildrenDialog ticket={ticket} close={() => setAnswering(false)} />
        </Suspense>
      )}
      <ul>
        {ticket.links.map((l) => (
          <LinkItem key={l.id} ticket={ticket} link={l} />
        ))}
      </ul>
    </Section>
  );
}

function LinkItem({ ticket, link }: { ticket: Ticket; link: TicketLink }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const words = t as unknown as (key: string, options: object) => string;
  const perhaps = link.kind === "perhaps" || link.kind === "may_have";
  const ours = link.kind === "related" || link.kind === "child" || link.kind === "parent";

  async function dismiss() {
    const key = keys.ticket(ticket.id);
    const drop = (x: Ticket | undefined) => x && { ...x, links: x.links.filter((l) => l.id !== link.id) };
    client.setQueryData<Ticket>(key, drop);
    await (ours ? unlinkTicket : dismissLink)(ticket.id, link.id).catch((e: Error) => {
      void message.error(e.message);
      void client.invalidateQueries({ queryKey: key });
    });
  }
  return (
    <li className={css.link} data-perhaps={perhaps || undefined}>
      <p className={css.linkKind}>
        <b>{t(`links.${link.kind}`)}</b>
        {(perhaps || ours) && (
          <Quiet label={t(ours ? "links.drop" : "links.dismiss")} onClick={() => void dismiss()}>
            <CloseOutlined />
          </Quiet>
        )}
      </p>
      <TicketLine ticket={link.ticket} />
      {link.kind === "perhaps" && <p className={css.reason}>{words(`links.reason.${link.reason}`, { defaultValue: link.reason })}</p>}
    </li>
  );
}

function TicketLine({ ticket }: { ticket: Pick<Ticket, "id" | "number" | "subject" | "state"> & { last_at?: string } }) {
  const { t } = useTranslation();
  const { box = "all" } = useParams({ strict: false });
  return (
    <Link to="/box/$box/{-$ticket}" params={{ box, ticket: String(ticket.id) }} search={(s) => s} className={css.ticket}>
      <span className={css.ticketSubject}>{ticket.subject || t("ticket.no_subject")}</span>
      <span className={css.ticketMore}>
        <span>{`#${ticket.number}`}</span>
        <span>{t(`state.${ticket.state}`)}</span>
        {ticket.last_at && <Time at={ticket.last_at} />}
      </span>
    </Link>
  );
}

function Duplicates({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const words = t as unknown as (key: string, options: object) => string;
  const list = ticket.customer.duplicates;
  if (list.length === 0) return null;
  return (
    <Section title={t("customer.duplicates")} count={list.length}>
      <ul>
        {list.map((d) => (
          <li key={d.contact_id}>
            <Link to="/box/$box/{-$ticket}" params={{ box: `contact-${d.contact_id}`, ticket: undefined }} className={css.ticket}>
              <span className={css.ticketSubject}>
                {d.name} <bdi className={css.muted}>{d.address}</bdi>
              </span>
              <span className={css.ticketMore}>{words(`customer.duplicate.${d.reason}`, { defaultValue: d.reason })}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** What stands nowhere else on the screen. */
function Facts({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const words = t as unknown as (key: string, options: object) => string;
  return (
    <Section title={t("customer.ticket")}>
      <dl className={css.facts}>
        <Fact name={t("ticket.channel")}>{words(`channel.${ticket.channel}`, { defaultValue: ticket.channel })}</Fact>
        {ticket.type && <Fact name={t("ticket.type")}>{words(`type.${ticket.type}`, { defaultValue: ticket.type })}</Fact>}
        {ticket.severity && <Fact name={t("ticket.severity")}>{ticket.severity}</Fact>}
        {ticket.sub_state && <Fact name={t("ticket.sub_state")}>{ticket.sub_state}</Fact>}
        <Fact name={t("ticket.created")}>
          <Time at={ticket.created_at} clock />
        </Fact>
        <Fact name={t("ticket.last")}>
          <Time at={ticket.last_at} clock />
        </Fact>
      </dl>
      {ticket.summary && <p className={css.note}>{ticket.summary}</p>}
    </Section>
  );
}

function Participants({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  if (ticket.participants.length === 0) return null;
  return (
    <Section title={t("customer.participants")} count={ticket.participants.length}>
      <ul>
        {ticket.participants.map((p) => (
          <li key={p.address} className={css.participant}>
            <bdi title={p.address}>{p.name || p.address}</bdi>
            <Chip>{t(p.role === "requester" ? "customer.requester" : `message.${p.role}`)}</Chip>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Others({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const list = ticket.customer.tickets;
  return (
    <Section title={t("customer.others")} count={list.length}>
      {list.length === 0 && <p className={css.muted}>{t("customer.first")}</p>}
      <ul>
        {list.map((x) => (
          <li key={x.id}>
            <TicketLine ticket={x} />
          </li>
        ))}
      </ul>
    </Section>
  );
}
