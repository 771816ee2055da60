import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Input, Modal } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "@/data/queries";
import { Bone, Failed, Late } from "@/parts/states";
import { Bars } from "./Bars.tsx";
import { type Card, type Case, contest, type Mark } from "./calls.ts";
import css from "./lead.module.css";
import { Period } from "./Period.tsx";
import { daysAgo } from "./period.ts";
import { cardQuery, measuresQuery } from "./queries.ts";
import Rows from "./Rows.tsx";
import { percent } from "./words.ts";

/** How I meet what is expected of me: each share with its formula, the rows behind it, and a way to object to one. */
export default function Standards() {
  const { t } = useTranslation();
  const [days, setDays] = useState(0);
  const from = useMemo(() => daysAgo(days), [days]);
  const { data, error, isPending, refetch } = useQuery(cardQuery(from));
  return (
    <div className={css.page}>
      <header className={css.head}>
        <h1>{t("standards.title")}</h1>
        <Period days={days} change={setDays} />
      </header>
      <p className={css.lead}>{t("standards.lead")}</p>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {isPending && (
        <Late>
          <Bone width="50%" />
        </Late>
      )}
      {data && <Marks card={data} />}
    </div>
  );
}

function Marks({ card }: { card: Card }) {
  const { t, i18n } = useTranslation();
  const sum = card.marks.filter((m) => m.cases > 0).map((m) => `${m.weight} × ${percent(m.share ?? 0, i18n.language)}`);
  return (
    <>
      <ul className={css.marks}>
        {card.marks.map((m) => (
          <li key={m.measure}>
            <MarkCard mark={m} card={card} />
          </li>
        ))}
      </ul>
      {card.score !== null && (
        <p className={css.score}>
          <b>{t("standards.score", { score: percent(card.score, i18n.language) })}</b>
          <span className={css.muted}>{t("standards.score_of", { sum: sum.join(" + "), weight: card.marks.reduce((n, m) => n + (m.cases > 0 ? m.weight : 0), 0) })}</span>
        </p>
      )}
    </>
  );
}

function MarkCard({ mark, card }: { mark: Mark; card: Card }) {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const { data: measures = [] } = useQuery(measuresQuery);
  const [open, setOpen] = useState(false);
  const [against, setAgainst] = useState<Case | null>(null);
  const measure = measures.find((m) => m.name === mark.measure);
  const good = mark.share !== null && mark.share * 100 >= mark.target;
  const zh = i18n.language === "zh";
  return (
    <article className={css.mark}>
      <h2>{zh ? mark.title_zh : mark.title_en}</h2>
      <p className={css.share} data-tone={mark.share === null ? undefined : good ? "good" : "bad"}>
        {mark.share === null ? "–" : percent(mark.share, i18n.language)}
      </p>
      <p>{mark.cases === 0 ? t("standards.no_cases") : t("standards.met", { met: mark.met, count: mark.cases, target: mark.target })}</p>
      <Bars days={card.days.filter((d) => d.measure === mark.measure)} target={mark.target} />
      <p className={css.muted}>{zh ? mark.formula_zh : mark.formula_en}</p>
      <Button size="small" disabled={mark.cases === 0 || !measure} onClick={() => setOpen(true)}>
        {t("standards.open")}
      </Button>
      {open && measure && (
        <Rows
          measure={measure}
          scope={{ agent: me.id, from: card.from, to: card.to }}
          of={me.name}
          close={() => setOpen(false)}
          object={setAgainst}
        />
      )}
      {against && <Objection row={against} mark={mark} close={() => setAgainst(null)} />}
    </article>
  );
}

function Objection({ row, mark, close }: { row: Case; mark: Mark; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [note, setNote] = useState(row.contest);
  const send = useMutation({
    mutationFn: () => contest(mark.measure, row.kind as "entry" | "offer" | "ticket", row.id, note),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["rows", mark.measure] });
      close();
    },
  });
  return (
    <Modal
      open
      width={440}
      title={t("standards.object_to", { number: row.number })}
      okText={t("standards.send")}
      cancelText={t("mailboxes.cancel")}
      okButtonProps={{ disabled: !note.trim() }}
      confirmLoading={send.isPending}
      onOk={() => send.mutate()}
      onCancel={close}
    >
      <Input.TextArea autoFocus value={note} maxLength={1000} autoSize={{ minRows: 3 }} aria-label={t("standards.why")} placeholder={t("standards.why")} onChange={(e) => setNote(e.target.value)} />
      <p className={css.muted}>{t("standards.why_more")}</p>
      {send.error && (
        <p className={css.bad} role="alert">
          {send.error.message}
        </p>
      )}
    </Modal>
  );
}
