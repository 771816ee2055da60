import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Colleague } from "@/api/types";
import { agentsQuery } from "@/data/queries";
import { moods } from "@/live/state";
import { Avatar } from "@/parts/Avatar";
import { Dot } from "@/parts/Dot";
import { Bone, Failed, Late } from "@/parts/states";
import { useStore } from "@/parts/store";
import { Time } from "@/parts/Time";
import css from "./admin.module.css";

/** Who works here, in which roles, and how each is right now. */
export default function Agents() {
  const { t } = useTranslation();
  const query = useQuery(agentsQuery);
  if (query.isError && !query.data) return <Failed error={query.error} retry={() => void query.refetch()} />;
  return (
    <div className={css.page}>
      <header className={css.head}>
        <h1>{t("agents.title")}</h1>
      </header>
      {query.isPending && (
        <Late>
          <Bone width="50%" />
        </Late>
      )}
      <table className={css.table}>
        <thead>
          <tr>
            <th>{t("agents.name")}</th>
            <th>{t("agents.roles")}</th>
            <th>{t("agents.presence")}</th>
            <th>{t("agents.since")}</th>
          </tr>
        </thead>
        <tbody>
          {query.data?.map((a) => (
            <Line key={a.id} agent={a} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Line({ agent }: { agent: Colleague }) {
  const { t } = useTranslation();
  const words = t as unknown as (key: string, options: object) => string;
  const live = useStore(moods, (all) => all.get(agent.id));
  const state = live?.state ?? agent.presence;
  const reason = live?.reason ?? agent.presence_reason;
  return (
    <tr>
      <td>
        <span className={css.who}>
          <Avatar name={agent.name} size={24} agent />
          {agent.name}
        </span>
      </td>
      <td>{agent.roles.map((r) => words(`role.${r}`, { defaultValue: r })).join(", ")}</td>
      <td>
        <span className={css.who}>
          <Dot state={state} /> {t(`presence.${state}`)}
          {reason && <span className={css.muted}>{reason}</span>}
        </span>
      </td>
      <td className={css.muted}>{agent.presence_since && <Time at={agent.presence_since} clock />}</td>
    </tr>
  );
}
