import { EyeInvisibleOutlined, SoundOutlined } from "@ant-design/icons";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { changeTicket } from "@/api/calls";
import type { Row } from "@/api/types";
import { runsTheDesk, useMe } from "@/data/queries";
import { lookOn, unseen } from "@/live/state";
import { useStore } from "@/parts/store";
import { Time } from "@/parts/Time";
import css from "./lead.module.css";
import { useFresh, whispersQuery } from "./queries.ts";
import { Whisper } from "./Whisper.tsx";

/** Above a ticket's conversation: what a supervisor whispers to who has it, and, for one who looks on unseen, what he can do. */
export function Beside({ ticket }: { ticket: Row }) {
  const object = `ticket:${ticket.id}`;
  const me = useMe();
  const silent = useStore(unseen, (all) => all.has(object));
  const { data: whispers = [] } = useQuery(whispersQuery(ticket.id));
  useFresh(/^whisper\./, ["whispers"]);
  const { t } = useTranslation();
  const [whispering, setWhispering] = useState(false);
  const take = useMutation({ mutationFn: () => changeTicket(ticket.id, { assignee_id: me.id }), onSuccess: () => lookOn(object, false) });
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
          <Button size="small" onClick={() => lookOn(object, false)}>
            {t("lead.acts.join")}
          </Button>
          <Button size="small" type="primary" loading={take.isPending} onClick={() => take.mutate()}>
            {t("lead.acts.take")}
          </Button>
          {take.error && (
            <span className={css.bad} role="alert">
              {take.error.message}
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
      {whispering && has && <Whisper ticket={ticket.id} to={has} close={() => setWhispering(false)} />}
    </aside>
  );
}
