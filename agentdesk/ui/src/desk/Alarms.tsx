import { AlertOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Popover } from "antd";
import type { TFunction } from "i18next";
import { Trans, useTranslation } from "react-i18next";
import type { Alarm } from "@/api/types";
import { alarmsQuery } from "@/data/queries";
import { Quiet } from "@/parts/Quiet";
import { Lasting } from "@/parts/Time";
import css from "./shell.module.css";

/** What does not work in the whole system, and since when. Nothing at all while everything does. */
export function Alarms() {
  const { t } = useTranslation();
  const { data = [] } = useQuery(alarmsQuery);
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
    </div>
  );
}

function AlarmLine({ alarm }: { alarm: Alarm }) {
  const { t } = useTranslation();
  return (
    <>
      <b>{wording(alarm, t)}</b> <Trans i18nKey="alarms.for" components={{ time: <Lasting since={alarm.since} /> }} />
    </>
  );
}

/** The words of an alarm by its code; a code from a newer server is shown as it is. */
function wording(a: Alarm, t: TFunction): string {
  const words = t as unknown as (key: string, options: object) => string;
  return words(`alarms.code.${a.code}`, { ...a.args, object: a.object, defaultValue: `${a.code} (${a.object})` });
}
