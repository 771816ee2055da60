import { PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { people as listPeople } from "@/api/calls";
import type { Colleague, Employee } from "@/api/types";
import { agentsQuery, useMe } from "@/data/queries";
import { moods } from "@/live/state";
import { Avatar } from "@/parts/Avatar";
import { Chip } from "@/parts/Chip";
import { Dot } from "@/parts/Dot";
import { Bone, Failed, Late } from "@/parts/states";
import { useStore } from "@/parts/store";
import { Time } from "@/parts/Time";
import css from "./admin.module.css";
import { PersonForm } from "./PersonForm.tsx";

/** Who works here, in which roles, and how each is right now. */
export default function Agents() {
  const { t } = useTranslation();
  const query = useQuery(agentsQuery);
  const runs = useMe().roles.includes("admin");
  const people = useQuery({ queryKey: ["people"], queryFn: ({ signal }) => listPeople(signal), enabled: runs, staleTime: 0 });
  const [editing, setEditing] = useState<Employee | "new" | null>(null);
  if (query.isError && !query.data) return <Failed error={query.error} retry={() => void query.refetch()} />;
  return (
    <div className={css.page}>
      <header className={css.head}>
        <h1>{t("agents.title")}</h1>
        {runs && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing("new")}>
            {t("people.add")}
          </Button>
        )}
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
            {runs && <th>{t("people.tier")}</th>}
            {runs && (
              <th>
                <span className="sr-only">{t("mailboxes.edit")}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {query.data?.map((a) => (
            <Line key={a.id} agent={a} person={people.data?.find((p) => p.id === a.id)} edit={runs ? setEditing : null} />
          ))}
          {people.data
            ?.filter((p) => p.disabled)
            .map((p) => (
              <tr key={p.id} className={css.muted}>
                <td>{p.name}</td>
                <td colSpan={4}>{t("people.is_disabled")}</td>
                <td>
                  <Button size="small" onClick={() => setEditing(p)}>
                    {t("mailboxes.edit")}
                  </Button>
                </td>
              </tr>
            ))}
        </tbody>
      </table>
      {editing && <PersonForm person={editing === "new" ? null : editing} close={() => setEditing(null)} />}
    </div>
  );
}

interface LineProps {
  agent: Colleague;
  /** What only administrators may read of him. */
  person: Employee | undefined;
  edit: ((p: Employee) => void) | null;
}

function Line({ agent, person, edit }: LineProps) {
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
      {edit && (
        <td>
          {person?.tier} {person?.two_factor && <Chip tone="good">{t("people.two_factor")}</Chip>}
        </td>
      )}
      {edit && (
        <td>
          {person && (
            <Button size="small" onClick={() => edit(person)}>
              {t("mailboxes.edit")}
            </Button>
          )}
        </td>
      )}
    </tr>
  );
}
