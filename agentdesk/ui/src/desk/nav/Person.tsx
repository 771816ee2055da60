import { CheckOutlined, SettingOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { App, Button, Dropdown, Input, Modal, type MenuProps } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { signOut } from "@/api/calls";
import type { Agent, Presence } from "@/api/types";
import { keys } from "@/data/keys";
import { agentsQuery, mySeatQuery, useMe, workQuery } from "@/data/queries";
import { keepLanguage, type Language, speakIn } from "@/i18n";
import { moods, socket } from "@/live/state";
import { ChannelIcon, channelName } from "@/parts/Channel";
import { Dot } from "@/parts/Dot";
import { Quiet } from "@/parts/Quiet";
import { presenceReason } from "@/parts/reason";
import { chooseLook, type LookChoice, useLookChoice } from "@/parts/settings";
import { useStore } from "@/parts/store";
import { Lasting } from "@/parts/Time";
import { chooseNotices, notices, sounds } from "../queue/alert.ts";
import { loads } from "../queue/work.ts";
import css from "./nav.module.css";

const states: Presence[] = ["ready", "not_ready", "after_work", "away"];

/** Who I am to the others, and what I set for myself. */
export function Person() {
  const { t } = useTranslation();
  const me = useMe();
  const mood = useStore(moods, (all) => all.get(me.id));
  const state = mood?.state ?? me.presence;
  const seat = useQuery(agentsQuery).data?.find((a) => a.id === me.id);
  const reason = mood?.reason ?? seat?.presence_reason;
  const setPresence = usePresence();
  const [asking, setAsking] = useState(false);

  const menu: MenuProps = {
    selectedKeys: [state],
    items: [
      ...states.map((s) => ({
        key: s,
        label: (
          <span className={css.choice}>
            <Dot state={s} />
            <span>
              {t(`presence.${s}`)}
              <small>{t(`presence.more.${s}`)}</small>
            </span>
          </span>
        ),
      })),
      { type: "divider" },
      { key: "load", type: "group", label: <InHand /> },
    ],
    onClick: ({ key }) => (key === "not_ready" ? setAsking(true) : setPresence(key as Presence, "")),
  };
  return (
    <div className={css.foot}>
      <Dropdown menu={menu} trigger={["click"]} placement="topLeft">
        <button type="button" className={css.mood}>
          <Dot state={state} />
          <span className={css.moodText}>
            <b>{me.name}</b>
            <span>
              {t(`presence.${state}`)}
              {reason ? ` · ${presenceReason(t, reason)}` : ""}
              {seat?.presence_since && seat.presence === state && (
                <>
                  {" · "}
                  <Lasting since={seat.presence_since} narrow />
                </>
              )}
            </span>
          </span>
        </button>
      </Dropdown>
      <Settings />
      {asking && (
        <Reason
          close={() => setAsking(false)}
          choose={(why) => {
            setPresence("not_ready", why);
            setAsking(false);
          }}
        />
      )}
    </div>
  );
}

/** What I have in hand of each channel, against what I can take at a time. */
function InHand() {
  const { t } = useTranslation();
  const { data: work = [] } = useQuery(workQuery);
  const { data: seat } = useQuery(mySeatQuery);
  return (
    <span className={css.load}>
      <span>{t("presence.in_hand")}</span>
      {loads(work, seat).map((l) => (
        <span key={l.channel} className={css.channelLoad} data-full={l.have >= l.max || undefined} title={channelName(t, l.channel)}>
          <ChannelIcon channel={l.channel} />
          {t("presence.of", { have: l.have, max: l.max })}
        </span>
      ))}
    </span>
  );
}

function usePresence() {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const me = useMe();
  return (state: Presence, reason: string) => {
    const before = moods.get().get(me.id);
    moods.set((old) => new Map(old).set(me.id, { state, reason }));
    const sent = socket.get()?.presence(state, reason) ?? Promise.reject(new Error("offline"));
    sent.catch((e: Error) => {
      // A lost line says it again when it stands; a refusal does not.
      if (e.message === "offline" || e.message === "timeout") return;
      moods.set((old) => {
        const next = new Map(old);
        if (before) next.set(me.id, before);
        else next.delete(me.id);
        return next;
      });
      void message.error(t("presence.refused"));
    });
  };
}

/** Why one is not ready: the usual reasons in one click, any other in words. */
function Reason({ choose, close }: { choose: (reason: string) => void; close: () => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const usual = [t("presence.reason.break"), t("presence.reason.lunch"), t("presence.reason.meeting"), t("presence.reason.training")];
  return (
    <Modal open title={t("presence.why")} onCancel={close} footer={null} width={360}>
      <div className={css.reason}>
        {usual.map((r) => (
          <Button key={r} onClick={() => choose(r)}>
            {r}
          </Button>
        ))}
      </div>
      <form
        className={css.reason}
        onSubmit={(e) => {
          e.preventDefault();
          choose(text.trim());
        }}
      >
        <Input autoFocus value={text} maxLength={100} aria-label={t("presence.other")} placeholder={t("presence.other")} onChange={(e) => setText(e.target.value)} />
        <Button type="primary" htmlType="submit">
          {t("presence.set")}
        </Button>
      </form>
    </Modal>
  );
}

function Settings() {
  const { t, i18n } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const navigate = useNavigate();
  const choice = useLookChoice();
  const me = useMe();
  const sound = useStore(sounds);
  const notice = useStore(notices);

  async function speak(language: Language) {
    await speakIn(language);
    client.setQueryData<Agent>(keys.me, await keepLanguage(me, language));
  }
  async function notify() {
    const on = !notice;
    if ((await chooseNotices(on)) !== on) void message.warning(t("settings.notices_refused"));
  }
  async function leave() {
    await signOut().catch(() => {});
    client.clear();
    await navigate({ to: "/login" });
  }
  const menu: MenuProps = {
    selectedKeys: [i18n.language, choice, ...(sound ? ["sound"] : []), ...(notice ? ["notices"] : [])],
    items: [
      {
        type: "group",
        label: t("settings.language"),
        // Each language is named in itself, for whoever cannot read the present one.
        children: [
          { key: "zh", label: "中文" },
          { key: "en", label: "English" },
        ],
      },
      {
        type: "group",
        label: t("settings.look"),
        children: (["system", "light", "dark"] as const).map((key) => ({ key, label: t(`settings.look_${key}`) })),
      },
      {
        type: "group",
        label: t("settings.offers"),
        children: [
          { key: "sound", label: t("settings.sound"), icon: <CheckOutlined style={{ visibility: sound ? "visible" : "hidden" }} /> },
          { key: "notices", label: t("settings.notices"), icon: <CheckOutlined style={{ visibility: notice ? "visible" : "hidden" }} /> },
        ],
      },
      { type: "divider" },
      { key: "standards", label: t("standards.nav") },
      { key: "account", label: t("settings.account") },
      { key: "leave", label: t("settings.sign_out") },
    ],
    onClick: ({ key }) => {
      if (key === "leave") void leave();
      else if (key === "account") void navigate({ to: "/account" });
      else if (key === "standards") void navigate({ to: "/standards" });
      else if (key === "sound") sounds.set((on) => !on);
      else if (key === "notices") void notify();
      else if (key === "zh" || key === "en") void speak(key);
      else chooseLook(key as LookChoice);
    },
  };
  return (
    <Dropdown menu={menu} trigger={["click"]} placement="topRight">
      <Quiet label={t("settings.title")}>
        <SettingOutlined />
      </Quiet>
    </Dropdown>
  );
}
