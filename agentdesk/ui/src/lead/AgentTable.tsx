import { CommentOutlined, FileTextOutlined, MailOutlined, PhoneOutlined } from "@ant-design/icons";
import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Presence } from "@/api/types";
import { Dot } from "@/parts/Dot";
import { presenceReason } from "@/parts/reason";
import { AgentActs, WorkActs } from "./Acts.tsx";
import type { AgentNow, WorkNow } from "./calls.ts";
import css from "./lead.module.css";
import { useSecond } from "./useSecond.ts";
import { clock } from "./words.ts";

const order: Presence[] = ["ready", "not_ready", "after_work", "away"];

/** The agents: how each is, since when, and on what; those who are there first. */
export function AgentTable({ agents }: { agents: AgentNow[] }) {
  const { t } = useTranslation();
  const [team, setTeam] = useState("");
  const teams = [...new Set(agents.flatMap((a) => a.teams))].toSorted();
  const shown = agents.filter((a) => !team || a.teams.includes(team)).toSorted((a, b) => order.indexOf(a.presence) - order.indexOf(b.presence));
  const there = shown.filter((a) => a.presence !== "away").length;
  return (
    <section aria-label={t("lead.agents.title")}>
      <header className={css.sub}>
        <h2>{t("lead.agents.title")}</h2>
        <span className={css.muted}>{t("lead.agents.there", { there, all: shown.length })}</span>
        <Select
          size="small"
          className={css.team}
          value={team}
          aria-label={t("lead.agents.team")}
          onChange={setTeam}
          options={[{ value: "", label: t("lead.agents.all_teams") }, ...teams.map((x) => ({ value: x, label: x }))]}
        />
      </header>
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">{t("lead.agents.name")}</th>
            <th scope="col">{t("lead.agents.state")}</th>
            <th scope="col" className={css.right}>
              {t("lead.agents.since")}
            </th>
            <th scope="col">{t("lead.agents.work")}</th>
            <th scope="col">
              <span className="sr-only">{t("lead.acts.title")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((a) => (
            <tr key={a.id}>
              <th scope="row">
                {a.name}
                <span className={css.target}>{a.teams.join(" · ")}</span>
              </th>
              <td className={css.presence}>
                <Dot state={a.presence} /> {t(`presence.${a.presence}`)}
                {a.presence_reason && <span className={css.muted}> · {presenceReason(t, a.presence_reason)}</span>}
              </td>
              <td className={css.right}>
                <Since at={a.since} />
              </td>
              <td>
                <div className={css.work}>
                  {a.work.map((w) => (
                    <WorkActs key={w.entry} work={w} agent={a} agents={agents}>
                      <Work work={w} />
                    </WorkActs>
                  ))}
                  {a.count > a.work.length && <span className={css.muted}>{t("lead.agents.more", { count: a.count - a.work.length })}</span>}
                </div>
              </td>
              <td className={css.right}>
                <AgentActs agent={a} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Work({ work }: { work: WorkNow }) {
  const { t } = useTranslation();
  const Icon = { phone: PhoneOutlined, chat: CommentOutlined, email: MailOutlined }[work.channel] ?? FileTextOutlined;
  return (
    <>
      <Icon aria-hidden />
      <span className={css.workSubject}>{work.subject || `#${work.number}`}</span>
      {work.state !== "in_hand" && <span className={css.workState}>{t(`lead.work.${work.state}`)}</span>}
      <Since at={work.since} />
    </>
  );
}

function Since({ at }: { at: string }) {
  return <time dateTime={at}>{clock((useSecond() - Date.parse(at)) / 1000)}</time>;
}
