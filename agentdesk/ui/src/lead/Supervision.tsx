import { DesktopOutlined, NotificationOutlined, SettingOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { runsTheDesk, useMe } from "@/data/queries";
import { Bone, Failed, Late, Nothing } from "@/parts/states";
import { AgentTable } from "./AgentTable.tsx";
import { Broadcast } from "./Broadcast.tsx";
import css from "./lead.module.css";
import { agentsNowQuery, nowQuery, useMoves } from "./queries.ts";
import { QueueTable } from "./QueueTable.tsx";
import { Thresholds } from "./Thresholds.tsx";

const Charts = lazy(() => import("./Charts.tsx"));

/** What waits and who works, now and today, for those who lead. It follows what happens by itself. */
export default function Supervision() {
  const { t } = useTranslation();
  const me = useMe();
  if (!runsTheDesk(me)) return <Nothing title={t("lead.not_yours")} />;
  return <Page />;
}

function Page() {
  const { t } = useTranslation();
  const now = useQuery(nowQuery);
  const agents = useQuery(agentsNowQuery);
  const [dialog, setDialog] = useState<"tell" | "thresholds" | null>(null);
  useMoves();
  return (
    <div className={css.page}>
      <header className={css.head}>
        <h1>{t("lead.title")}</h1>
        <div className={css.headActs}>
          <Button icon={<NotificationOutlined />} onClick={() => setDialog("tell")}>
            {t("lead.tell.open")}
          </Button>
          <Button icon={<SettingOutlined />} onClick={() => setDialog("thresholds")}>
            {t("lead.thresholds.open")}
          </Button>
          <Button icon={<DesktopOutlined />} href="/wall" target="_blank">
            {t("lead.wall.open")}
          </Button>
        </div>
      </header>
      {now.error && !now.data && <Failed error={now.error} retry={() => void now.refetch()} />}
      {now.isPending && (
        <Late>
          <Bone width="60%" />
        </Late>
      )}
      {now.data && (
        <>
          <QueueTable now={now.data} />
          <Suspense fallback={<div className={css.charts} />}>
            <Charts now={now.data} />
          </Suspense>
        </>
      )}
      {agents.data && <AgentTable agents={agents.data} />}
      {agents.error && !agents.data && <Failed error={agents.error} retry={() => void agents.refetch()} />}
      {dialog === "tell" && <Broadcast close={() => setDialog(null)} />}
      {dialog === "thresholds" && <Thresholds close={() => setDialog(null)} />}
    </div>
  );
}
