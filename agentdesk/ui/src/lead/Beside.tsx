import { EyeInvisibleOutlined, SoundOutlined } from "@ant-design/icons";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Row } from "@/api/types";
import { runsTheDesk, useMe } from "@/data/queries";
import { lookOn, unseen } from "@/live/state";
import { useStore } from "@/parts/store";
import { Time } from "@/parts/Time";
import { join, takeOver } from "./calls.ts";
import css from "./lead.module.css";
import { useFresh, whispersQuery } from "./queries.ts";
import { Whisper } from "./Whisper.tsx";
import { Why } from "./Why.tsx";

/** Above a ticket's conversation: what a supervisor whispers to who has it, and, for one who looks on unseen, what he can do. */
export function Beside({ ticket }: { ticket: Row }) {
  const object = `ticket:${ticket.id}`;
  const me = useMe();
  const silent = useStore(unseen, (all) => all.has(object));
  const { data: whispers = [] } = useQuery(whispersQuery(ticket.id));
  useFresh(/^whisper\./, ["whispers"]);
  const { t } = useTranslation();
  const [whispering, setWhispering] = useState(false);
  const [taking, setTaking] = useState(false);
  const come = useMutation({ mutationFn: () => join(ticket.id), onSuccess: () => lookOn(object, false) });
  const has = ticket.assignee?.name;
  if (!silent && whispers.length === 0) return null;
  return (
    <aside className={css.beside} aria-label={t("lead.beside")}>
      {silent && runsTheDesk(me) && (
        <div className={css.unseen}>
          <EyeInvisibleOutlined aria-hidden />
          <span>{t("lead.unseen")}</span>
          <Button size="small" disabled={!has} onClick={() => setWhispering(true)}>
            {t("lead.acts.whisper")}
          </Button>
          <Button size="small" loading={come.isPending} onClick={() => come.mutate()}>
            {t("lead.acts.join")}
          </Button>
          <Button size="small" type="primary" onClick={() => setTaking(true)}>
            {t("lead.acts.take")}
          </Button>
          {come.error && (
            <span className={css.bad} role="alert">
              {come.error.message}
            </span>
          )}
        </div>
      )}
      {whispers.slice(-3).map((w) => (
        <p key={w.id} className={css.whisper}>
          <SoundOutlined aria-hidden />
          <b>{w.agent_id === me.id ? w.by : t("lead.whisper.from_to", { by: w.by, to: w.to })}</b>
          <span>{w.text}</span>
          <Time at={w.at} />
        </p>
      ))}
      {taking && (
        <Why
          title={t("lead.why.take", { name: has ?? t("lead.why.nobody") })}
          act={(reason) => takeOver(ticket.id, reason)}
          done={() => lookOn(object, false)}
          close={() => setTaking(false)}
        />
      )}
      {whispering && has && <Whisper ticket={ticket.id} to={has} close={() => setWhispering(false)} />}
    </aside>
  );
}
