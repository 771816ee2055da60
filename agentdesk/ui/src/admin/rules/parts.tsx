import { useQuery } from "@tanstack/react-query";
import { Checkbox, InputNumber, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { Rules } from "@/api/queue";
import type { Queue } from "@/api/types";
import { calendarNamesQuery, queueName } from "@/data/queries";
import css from "./rules.module.css";
import { Span } from "./Span.tsx";

interface Props {
  rules: Rules;
  change: (part: Partial<Rules>) => void;
}

/** How long a contact is kept for whom its customer knows, and when who declined is asked again. */
export function Preferred({ rules, change }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <div className={css.row}>
        <span>{t("rules.prefer_for")}</span>
        <Span label={t("rules.prefer_for")} value={rules.prefer_s ?? 0} most={86_400} change={(prefer_s) => change({ prefer_s })} />
      </div>
      <div className={css.row}>
        <span>{t("rules.ask_again")}</span>
        <Span label={t("rules.ask_again")} value={rules.ask_again_s ?? 60} most={86_400} change={(s) => change({ ask_again_s: s === 60 ? 0 : s })} />
      </div>
    </>
  );
}

/** When the queue is worked on: one of the calendars. */
export function Hours({ rules, change }: Props) {
  const { t } = useTranslation();
  const { data: names = [] } = useQuery(calendarNamesQuery);
  return (
    <div className={css.row}>
      <span>{t("rules.calendar")}</span>
      <Select
        showSearch
        value={rules.calendar ?? ""}
        aria-label={t("rules.calendar")}
        options={[{ value: "", label: t("rules.calendar_none") }, ...names.map((name) => ({ value: name, label: name }))]}
        onChange={(calendar) => change({ calendar })}
      />
    </div>
  );
}

/** Where contacts go that nobody here can take, and when. */
export function Overflow({ rules, queues, change }: Props & { queues: Queue[] }) {
  const { t, i18n } = useTranslation();
  const o = rules.overflow;
  const put = (part: Partial<NonNullable<Rules["overflow"]>>) => o && change({ overflow: { ...o, ...part } });
  return (
    <>
      <div className={css.row}>
        <span>{t("rules.overflow_to")}</span>
        <Select
          allowClear
          value={o?.to ?? null}
          aria-label={t("rules.overflow_to")}
          placeholder={t("rules.overflow_none")}
          options={queues.map((q) => ({ value: q.id, label: queueName(q, i18n.language) }))}
          onChange={(to: number | undefined) => change({ overflow: to ? { after_s: 600, ...o, to } : undefined })}
        />
      </div>
      {o && (
        <div className={css.under}>
          <Checkbox checked={(o.after_s ?? 0) > 0} onChange={(e) => put({ after_s: e.target.checked ? 600 : 0 })}>
            {t("rules.overflow_after")}
          </Checkbox>
          {(o.after_s ?? 0) > 0 && <Span label={t("rules.overflow_after")} value={o.after_s ?? 0} least={1} change={(after_s) => put({ after_s })} />}
          <Checkbox checked={o.when_closed === true} onChange={(e) => put({ when_closed: e.target.checked })}>
            {t("rules.overflow_closed")}
          </Checkbox>
          <Checkbox checked={o.when_nobody === true} onChange={(e) => put({ when_nobody: e.target.checked })}>
            {t("rules.overflow_nobody")}
          </Checkbox>
        </div>
      )}
    </>
  );
}

// How long each channel is offered where a queue does not say, in seconds; as the server has it.
const usual = { phone: 15, chat: 20, email: 60 } as const;

/** How contacts of each channel are handed over: asked for some time, or accepted without asking. */
export function Offering({ rules, change }: Props) {
  const { t } = useTranslation();
  const set = (channel: string, offer: { auto?: boolean; for_s?: number } | undefined) => {
    const { [channel]: _, ...others } = rules.offers ?? {};
    const offers = offer ? { ...others, [channel]: offer } : others;
    change({ offers: Object.keys(offers).length > 0 ? offers : undefined });
  };
  return (["phone", "chat", "email"] as const).map((channel) => {
    const o = rules.offers?.[channel];
    const way = o?.auto ? "auto" : o?.for_s ? "time" : "usual";
    return (
      <div key={channel} className={css.row}>
        <span>{t(`channel.${channel}`)}</span>
        <Select
          value={way}
          aria-label={t("rules.offer_of", { channel: t(`channel.${channel}`) })}
          options={[
            { value: "usual", label: t("rules.offer_usual", { seconds: usual[channel] }) },
            { value: "time", label: t("rules.offer_time") },
            { value: "auto", label: t("rules.offer_auto") },
          ]}
          onChange={(v) => set(channel, v === "auto" ? { auto: true } : v === "time" ? { for_s: usual[channel] } : undefined)}
        />
        {way === "time" && (
          <Span label={t("rules.offer_of", { channel: t(`channel.${channel}`) })} value={o?.for_s ?? 0} least={1} most={3600} change={(for_s) => set(channel, { for_s })} />
        )}
      </div>
    );
  });
}

/** How many contacts should be answered within which time. */
export function Target({ rules, change }: Props) {
  const { t } = useTranslation();
  const level = rules.service_level;
  return (
    <>
      <Checkbox checked={level !== undefined} onChange={(e) => change({ service_level: e.target.checked ? { percent: 80, within_s: 20 } : undefined })}>
        {t("rules.level_on")}
      </Checkbox>
      {level && (
        <div className={css.row}>
          <InputNumber
            value={level.percent}
            min={1}
            max={100}
            precision={0}
            suffix="%"
            aria-label={t("rules.percent")}
            onChange={(n) => change({ service_level: { ...level, percent: n ?? 80 } })}
          />
          <span>{t("rules.within")}</span>
          <Span label={t("rules.within")} value={level.within_s} least={1} change={(within_s) => change({ service_level: { ...level, within_s } })} />
        </div>
      )}
    </>
  );
}
