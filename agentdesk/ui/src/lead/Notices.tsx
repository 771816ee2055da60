import { NotificationOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Quiet } from "@/parts/Quiet";
import { Time } from "@/parts/Time";
import { readBroadcast } from "./calls.ts";
import css from "./lead.module.css";
import { broadcastsQuery, useFresh } from "./queries.ts";

/** What supervisors tell everybody, on top of every screen until it is read. */
export function Notices() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { data = [] } = useQuery(broadcastsQuery);
  useFresh(/^broadcast\./, broadcastsQuery.queryKey);
  const read = useMutation({ mutationFn: readBroadcast, onSettled: () => client.invalidateQueries({ queryKey: broadcastsQuery.queryKey }) });
  const now = Date.now();
  return data
    .filter((b) => !b.read && Date.parse(b.until) > now)
    .slice(0, 3)
    .map((b) => (
      <div key={b.id} className={css.notice} data-urgent={b.urgent || undefined} role={b.urgent ? "alert" : "status"}>
        <NotificationOutlined aria-hidden />
        <p>{b.text}</p>
        <span>
          {b.by} · <Time at={b.at} />
        </span>
        <Quiet label={t("lead.notice.read")} onClick={() => read.mutate(b.id)} disabled={read.isPending}>
          {t("lead.notice.read")}
        </Quiet>
      </div>
    ));
}
