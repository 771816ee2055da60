import { CheckCircleFilled, ExclamationCircleFilled, MailOutlined, MinusCircleOutlined, PlusOutlined } from "@ant-design/icons";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, Progress } from "antd";
import { useState } from "react";
import { Trans, useTranslation } from "react-i18next";
import { mailboxes, testMailbox } from "@/api/calls";
import type { Folder, Health, Mailbox, MailServer } from "@/api/types";
import { keys } from "@/data/keys";
import { queuesQuery } from "@/data/queries";
import { Chip } from "@/parts/Chip";
import { Bone, Failed, Late, Nothing } from "@/parts/states";
import { Lasting, Time } from "@/parts/Time";
import { span } from "@/parts/time";
import css from "./admin.module.css";
import { Aside } from "./Aside.tsx";
import { MailboxForm } from "./MailboxForm.tsx";

// Events say that a state changed, not that a count went on; while this page is open it is read again.
const reread = 3000;

/** The mailboxes: whether each receives and sends, since when, and how far it is. */
export default function Mailboxes() {
  const { t } = useTranslation();
  const query = useQuery({ queryKey: keys.mailboxes, queryFn: ({ signal }) => mailboxes(signal), refetchInterval: reread, staleTime: 0 });
  const [editing, setEditing] = useState<Mailbox | "new" | null>(null);
  return (
    <div className={css.page}>
      <header className={css.head}>
        <h1>{t("mailboxes.title")}</h1>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing("new")}>
          {t("mailboxes.add")}
        </Button>
      </header>
      {query.isPending && (
        <Late>
          <Bone width="60%" />
        </Late>
      )}
      {query.isError && !query.data && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.data?.length === 0 && (
        <Nothing icon={<MailOutlined />} title={t("mailboxes.none")}>
          <p>{t("mailboxes.none_more")}</p>
        </Nothing>
      )}
      <ul className={css.cards}>
        {query.data?.map((m) => (
          <Card key={m.id} mailbox={m} edit={() => setEditing(m)} />
        ))}
      </ul>
      {editing && <MailboxForm mailbox={editing === "new" ? null : editing} close={() => setEditing(null)} />}
    </div>
  );
}

function Card({ mailbox, edit }: { mailbox: Mailbox; edit: () => void }) {
  const { t, i18n } = useTranslation();
  const { data: queues = [] } = useQuery(queuesQuery);
  const [aside, setAside] = useState(false);
  const test = useMutation({ mutationFn: () => testMailbox(mailbox.id) });
  const q = queues.find((x) => x.id === mailbox.queue_id);
  const { receiving, sending } = mailbox.state;
  const kept = mailbox.set_aside + mailbox.quarantined;
  return (
    <li className={css.card} data-off={mailbox.disabled || undefined}>
      <div className={css.cardHead}>
        <div>
          <h2>
            {mailbox.name} {mailbox.disabled && <Chip>{t("mailboxes.disabled")}</Chip>}
          </h2>
          <p className={css.muted}>
            <bdi>{mailbox.address}</bdi>
            {q && ` → ${(i18n.language === "en" && q.name_en) || q.name}`}
          </p>
        </div>
        <div className={css.acts}>
          <Button size="small" loading={test.isPending} onClick={() => test.mutate()}>
            {t("mailboxes.test")}
          </Button>
          <Button size="small" onClick={edit}>
            {t("mailboxes.edit")}
          </Button>
        </div>
      </div>
      {test.data && <TestResult result={test.data} />}
      {test.error && <p className={css.errorText}>{test.error.message}</p>}
      {mailbox.hand_in && <HandIn name={t("mailboxes.receiving")} at={mailbox.hand_in} />}
      {(mailbox.imap || !mailbox.hand_in) && <State name={t("mailboxes.receiving")} health={receiving} server={mailbox.imap} />}
      <Folders folders={receiving?.folders ?? []} />
      <State name={t("mailboxes.sending")} health={sending} server={mailbox.smtp} />
      {(mailbox.waiting > 0 || kept > 0) && (
        <p className={css.kept}>
          {mailbox.waiting > 0 && <span>{t("mailboxes.waiting", { count: mailbox.waiting })}</span>}
          {kept > 0 && (
            <Button type="link" size="small" onClick={() => setAside(true)}>
              {t("mailboxes.aside", { set_aside: mailbox.set_aside, quarantined: mailbox.quarantined })}
            </Button>
          )}
        </p>
      )}
      {aside && <Aside mailbox={mailbox} close={() => setAside(false)} />}
    </li>
  );
}

/** What a login to each server gave, in words. */
function TestResult({ result }: { result: Awaited<ReturnType<typeof testMailbox>> }) {
  const { t } = useTranslation();
  const words = t as unknown as (key: string, options: object) => string;
  const sides = [
    [t("mailboxes.receiving"), result.receiving],
    [t("mailboxes.sending"), result.sending],
  ] as const;
  return (
    <ul className={css.tried} role="status">
      {sides.map(
        ([name, side]) =>
          side && (
            <li key={name} data-ok={side.ok}>
              <b>{name}</b> {side.ok ? t("mailboxes.test_ok") : words(`mail_fault.${side.error}`, { defaultValue: side.error })}{" "}
              <span className={css.muted}>{side.ok ? side.folders?.join(", ") : side.detail}</span>
            </li>
          ),
      )}
    </ul>
  );
}

/** Says that mail servers hand mail over, and where. */
function HandIn({ name, at }: { name: string; at: NonNullable<Mailbox["hand_in"]> }) {
  const { t } = useTranslation();
  return (
    <div className={css.state} data-ok>
      <span className={css.stateIcon} aria-hidden>
        <CheckCircleFilled />
      </span>
      <p>
        <b>{name}</b> {t("mailboxes.hand_in", { protocol: at.protocol.toUpperCase(), address: at.address })}
      </p>
    </div>
  );
}

function State({ name, health, server }: { name: string; health: Health | null; server: MailServer | null }) {
  const { t, i18n } = useTranslation();
  const words = t as unknown as (key: string, options: object) => string;
  const where = server ? `${server.host}:${server.port}` : "";
  if (!health) {
    return (
      <div className={css.state}>
        <span className={css.stateIcon} aria-hidden>
          <MinusCircleOutlined />
        </span>
        <p className={css.muted}>
          <b>{name}</b> {t(server ? "mailboxes.untried" : "mailboxes.not_set")} <span className={css.server}>{where}</span>
        </p>
      </div>
    );
  }
  return (
    <div className={css.state} data-ok={health.ok}>
      <span className={css.stateIcon} aria-hidden>
        {health.ok ? <CheckCircleFilled /> : <ExclamationCircleFilled />}
      </span>
      <div className={css.stateMain}>
        <p>
          <b>{name}</b> {t(health.ok ? "mailboxes.works" : "mailboxes.fails")}
          <Trans i18nKey="alarms.for" components={{ time: <Lasting since={health.since} /> }} />
          <span className={css.server}>{where}</span>
        </p>
        {!health.ok && (
          <p className={css.errorText}>
            {words(`mail_fault.${health.error}`, { defaultValue: health.error })}
            {health.detail && <span className={css.detail}>{health.detail}</span>}
          </p>
        )}
        {health.last_success && (
          <p className={css.muted}>
            {t("mailboxes.last")} <Time at={health.last_success} clock />
            {!health.ok && health.lag_s > 60 && ` (${t("mailboxes.lag", { time: span(health.lag_s * 1000, i18n.language) })})`}
          </p>
        )}
      </div>
    </div>
  );
}

function Folders({ folders }: { folders: Folder[] }) {
  const { t, i18n } = useTranslation();
  const words = t as unknown as (key: string, options: object) => string;
  if (folders.length === 0) return null;
  const n = new Intl.NumberFormat(i18n.language);
  return (
    <dl className={css.folders}>
      {folders.map((f) => (
        <div key={f.name}>
          <dt title={f.name}>{f.name}</dt>
          <dd>
            <Progress
              percent={f.total === 0 ? 100 : Math.floor((f.seen / f.total) * 100)}
              size="small"
              showInfo={false}
              {...(f.ok ? {} : { status: "exception" as const })}
              aria-label={t("mailboxes.progress", { folder: f.name })}
            />
            <span className={css.count}>
              {f.ok
                ? t("mailboxes.count", { seen: n.format(f.seen), total: n.format(f.total) })
                : words(`mail_fault.${f.error}`, { defaultValue: f.error })}
            </span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
