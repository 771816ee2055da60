import { CheckCircleFilled, ExclamationCircleFilled, MailOutlined, PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Progress } from "antd";
import { useState } from "react";
import { Trans, useTranslation } from "react-i18next";
import { mailboxes } from "@/api/calls";
import type { Folder, Health, Mailbox } from "@/api/types";
import { keys } from "@/data/keys";
import { queuesQuery } from "@/data/queries";
import { Bone, Failed, Late, Nothing } from "@/parts/states";
import { Lasting, Time } from "@/parts/Time";
import { span, useNow } from "@/parts/time";
import css from "./admin.module.css";
import { MailboxForm } from "./MailboxForm.tsx";

// Events say that a state changed, not that a count went on; while this page is open it is read again.
const reread = 5000;

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
  const q = queues.find((x) => x.id === mailbox.queue_id);
  const { receiving, sending } = mailbox.state;
  return (
    <li className={css.card}>
      <div className={css.cardHead}>
        <div>
          <h2>{mailbox.name}</h2>
          <p className={css.muted}>
            <bdi>{mailbox.address}</bdi>
            {q && ` → ${(i18n.language === "en" && q.name_en) || q.name}`}
          </p>
        </div>
        <Button size="small" onClick={edit}>
          {t("mailboxes.edit")}
        </Button>
      </div>
      <State name={t("mailboxes.receiving")} health={receiving} server={`${mailbox.imap.host}:${mailbox.imap.port}`} />
      <Folders folders={receiving.folders ?? []} lag={receiving.lag_s} />
      <State name={t("mailboxes.sending")} health={sending} server={`${mailbox.smtp.host}:${mailbox.smtp.port}`} />
    </li>
  );
}

function State({ name, health, server }: { name: string; health: Health; server: string }) {
  const { t } = useTranslation();
  return (
    <div className={css.state} data-ok={health.ok}>
      <span className={css.stateIcon} aria-hidden>
        {health.ok ? <CheckCircleFilled /> : <ExclamationCircleFilled />}
      </span>
      <div className={css.stateMain}>
        <p>
          <b>{name}</b> {t(health.ok ? "mailboxes.works" : "mailboxes.fails")}{" "}
          <Trans i18nKey="alarms.for" components={{ time: <Lasting since={health.since} /> }} />
          <span className={css.server}>{server}</span>
        </p>
        {health.error && <p className={css.errorText}>{health.error}</p>}
        {health.last_success && (
          <p className={css.muted}>
            {t("mailboxes.last")} <Time at={health.last_success} clock />
          </p>
        )}
      </div>
    </div>
  );
}

function Folders({ folders, lag }: { folders: Folder[]; lag: number | undefined }) {
  const { t, i18n } = useTranslation();
  useNow();
  if (folders.length === 0) return null;
  const n = new Intl.NumberFormat(i18n.language);
  return (
    <dl className={css.folders}>
      {folders.map((f) => (
        <div key={f.name}>
          <dt>{f.name}</dt>
          <dd>
            <Progress
              percent={f.total === 0 ? 100 : Math.floor((f.seen / f.total) * 100)}
              size="small"
              showInfo={false}
              aria-label={t("mailboxes.progress", { folder: f.name })}
            />
            <span className={css.count}>{t("mailboxes.count", { seen: n.format(f.seen), total: n.format(f.total) })}</span>
          </dd>
        </div>
      ))}
      {lag !== undefined && lag > 60 && <p className={css.lag}>{t("mailboxes.lag", { time: span(lag * 1000, i18n.language) })}</p>}
    </dl>
  );
}
