import { AlertOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Popover } from "antd";
import type { TFunction } from "i18next";
import { Trans, useTranslation } from "react-i18next";
import type { Alarm, Mailbox } from "@/api/types";
import { keys } from "@/data/keys";
import { alarmsQuery, runsTheDesk, useMe } from "@/data/queries";
import { Quiet } from "@/parts/Quiet";
import { Lasting } from "@/parts/Time";
import css from "./shell.module.css";

/** What does not work in the whole system, and since when. Nothing at all while everything does. */
export function Alarms() {
  const { t } = useTranslation();
  const { data: all = [] } = useQuery(alarmsQuery);
  const runs = runsTheDesk(useMe());
  // What is beyond a threshold is for those who can do something about it.
  const data = runs ? all : all.filter((a) => a.kind !== "threshold");
  const first = data[0];
  if (!first) return null;
  const rest = data.slice(1);
  return (
    <div className={css.strip} data-tone="bad" role="status">
      <AlertOutlined aria-hidden />
      <span className={css.stripText}>
        <AlarmLine alarm={first} />
      </span>
      {rest.length > 0 && (
        <Popover
          trigger="click"
          placement="bottomLeft"
          content={rest.map((a) => (
            <p key={a.id}>
              <AlarmLine alarm={a} />
            </p>
          ))}
        >
          <Quiet label={t("alarms.more", { count: rest.length })}>{t("alarms.more", { count: rest.length })}</Quiet>
        </Popover>
      )}
      <span className={css.push} />
      {first.object.startsWith("mailbox:") && <Link to="/admin/mailboxes">{t("alarms.mailboxes")}</Link>}
      {first.kind === "threshold" && <Link to="/supervision">{t("lead.nav")}</Link>}
    </div>
  );
}

function AlarmLine({ alarm }: { alarm: Alarm }) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  // Only those who run mailboxes may read their names; an alarm that brings the name needs no look.
  const known = client.getQueryData<Mailbox[]>(keys.mailboxes)?.find((m) => alarm.object === `mailbox:${m.id}`)?.name;
  const given = alarm.args.name ?? alarm.args.address;
  const name = typeof given === "string" ? given : (known ?? t("alarms.kind.mailbox.unnamed"));
  const queue = (i18n.language === "en" && alarm.args.queue_en) || alarm.args.queue;
  if (alarm.kind === "threshold") {
    return (
      <>
        <b>{words(t, `alarms.kind.threshold.${alarm.code}`, { ...alarm.args, queue }, alarm.code)}</b> <Trans i18nKey="alarms.for" components={{ time: <Lasting since={alarm.since} /> }} />
      </>
    );
  }
  return (
    <>
      <b>{words(t, `alarms.kind.${alarm.kind}`, { ...alarm.args, name, queue }, `${alarm.kind} (${alarm.object})`)}</b>{" "}
      {words(t, `mail_fault.${alarm.code}`, {}, "")}
      <Trans i18nKey="alarms.for" components={{ time: <Lasting since={alarm.since} /> }} />
    </>
  );
}

/** The words for a name that comes from the server; a newer server may know more names than this page. */
function words(t: TFunction, key: string, args: object, otherwise: string): string {
  return (t as unknown as (k: string, o: object) => string)(key, { ...args, defaultValue: otherwise });
}
