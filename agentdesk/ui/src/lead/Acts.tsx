import { MoreOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { App, Dropdown, type MenuProps } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Presence } from "@/api/types";
import { useMe } from "@/data/queries";
import { lookOn } from "@/live/state";
import { Dot } from "@/parts/Dot";
import { Quiet } from "@/parts/Quiet";
import { type AgentNow, join, reassign, setPresence, takeOver, type WorkNow } from "./calls.ts";
import css from "./lead.module.css";
import { Whisper } from "./Whisper.tsx";
import { Why } from "./Why.tsx";

/** Does something and says so; the live page is read again. */
function useAct() {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const act = useMutation({
    mutationFn: (f: () => Promise<unknown>) => f(),
    onSuccess: () => {
      void message.success(t("lead.acts.done"));
      void client.invalidateQueries({ queryKey: ["lead"] });
    },
    onError: (e: Error) => void message.error(e.message),
  });
  return act.mutate;
}

const states: Presence[] = ["ready", "not_ready", "away"];

/** What can be done about an agent. */
export function AgentActs({ agent }: { agent: AgentNow }) {
  const { t } = useTranslation();
  const act = useAct();
  const menu: MenuProps = {
    items: [
      {
        type: "group",
        label: t("lead.acts.presence"),
        children: states.map((s) => ({ key: s, disabled: s === agent.presence, label: t(`presence.${s}`), icon: <Dot state={s} /> })),
      },
    ],
    onClick: ({ key }) => act(() => setPresence(agent.id, key as Presence, t("lead.acts.by_supervisor"))),
  };
  return (
    <Dropdown menu={menu} trigger={["click"]} placement="bottomRight">
      <Quiet label={t("lead.acts.of", { name: agent.name })}>
        <MoreOutlined />
      </Quiet>
    </Dropdown>
  );
}

/** What can be done about a contact that an agent has: look on, whisper, join, take over, give it to another. */
export function WorkActs({ work, agent, agents, children }: { work: WorkNow; agent: AgentNow; agents: AgentNow[]; children: ReactNode }) {
  const { t } = useTranslation();
  const me = useMe();
  const navigate = useNavigate();
  const act = useAct();
  const [whispering, setWhispering] = useState(false);
  const object = `ticket:${work.ticket_id}`;
  const open = () => void navigate({ to: "/box/$box/{-$ticket}", params: { box: "all", ticket: String(work.ticket_id) } });
  const [giving, setGiving] = useState<AgentNow | null>(null);
  const [taking, setTaking] = useState(false);
  const others = agents.filter((a) => a.id !== agent.id && a.presence !== "away");
  const menu: MenuProps = {
    items: [
      { key: "look", label: t("lead.acts.look") },
      { key: "whisper", label: t("lead.acts.whisper"), disabled: work.state === "offered" || agent.id === me.id },
      { key: "join", label: t("lead.acts.join") },
      { type: "divider" },
      { key: "take", label: t("lead.acts.take"), disabled: agent.id === me.id },
      {
        key: "give",
        label: t("lead.acts.give"),
        disabled: others.length === 0,
        children: others.map((a) => ({ key: `to ${a.id}`, label: a.name, icon: <Dot state={a.presence} /> })),
      },
    ],
    onClick: ({ key }) => {
      if (key === "look") {
        lookOn(object, true);
        open();
      } else if (key === "join") {
        lookOn(object, false);
        act(() => join(work.ticket_id));
        open();
      } else if (key === "whisper") setWhispering(true);
      else if (key === "take") setTaking(true);
      else if (key.startsWith("to ")) setGiving(others.find((a) => key === `to ${a.id}`) ?? null);
    },
  };
  return (
    <>
      <Dropdown menu={menu} trigger={["click"]}>
        <button type="button" className={css.workItem} data-state={work.state} title={`#${work.number} ${work.subject}`}>
          {children}
        </button>
      </Dropdown>
      {taking && <Why title={t("lead.why.take", { name: agent.name })} act={(reason) => takeOver(work.ticket_id, reason)} close={() => setTaking(false)} />}
      {giving && (
        <Why
          title={t("lead.why.give", { from: agent.name, to: giving.name })}
          act={(reason) => reassign(work.ticket_id, giving.id, reason)}
          close={() => setGiving(null)}
        />
      )}
      {whispering && <Whisper ticket={work.ticket_id} to={agent.name} close={() => setWhispering(false)} />}
    </>
  );
}
