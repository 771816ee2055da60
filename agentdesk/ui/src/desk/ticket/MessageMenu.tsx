import { MoreOutlined } from "@ant-design/icons";
import { useNavigate, useParams } from "@tanstack/react-router";
import { App, Dropdown, type MenuProps } from "antd";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { rawUrl, splitMessage } from "@/api/calls";
import { Problem } from "@/api/client";
import type { Entry, Ticket } from "@/api/types";
import { Quiet } from "@/parts/Quiet";

const MoveDialog = lazy(() => import("./MoveDialog.tsx"));

interface Props {
  entry: Entry;
  ticket: Ticket | undefined;
}

/** What can be done with one message. The menu itself is built on the first click only: there is one on each card. */
export function MessageMenu({ entry, ticket }: Props) {
  const { t } = useTranslation();
  const { modal, message } = App.useApp();
  const navigate = useNavigate();
  const { box = "all" } = useParams({ strict: false });
  const [used, setUsed] = useState(false);
  const [open, setOpen] = useState(false);
  const [moving, setMoving] = useState(false);

  async function split() {
    if (!ticket) return;
    try {
      const made = await splitMessage(ticket.id, entry.id);
      void message.success(t("message.split_done", { number: made.number }));
      await navigate({ to: "/box/$box/{-$ticket}", params: { box, ticket: String(made.id) } });
    } catch (e) {
      void message.error(e instanceof Problem && !e.offline ? e.message : t("error.not_saved"));
    }
  }
  const items: MenuProps["items"] = [
    ...(entry.has_raw ? [{ key: "raw", label: <a href={rawUrl(entry.id)} download>{t("message.original")}</a> }] : []),
    ...(entry.direction === "in" && ticket
      ? [{ type: "divider" as const }, { key: "split", label: t("message.split") }, { key: "move", label: t("message.move") }]
      : []),
    { type: "divider" },
    { key: "copy", label: t("message.copy") },
  ];
  function act(key: string) {
    if (key === "move") setMoving(true);
    if (key === "copy") void navigator.clipboard?.writeText(entry.text);
    if (key === "split") {
      modal.confirm({ title: t("message.split"), content: t("message.split_ask"), okText: t("message.split_ok"), onOk: split });
    }
  }
  const button = (
    <Quiet
      label={t("message.menu")}
      aria-haspopup="menu"
      onClick={() => {
        // From then on the dropdown itself listens.
        if (!used) setOpen(true);
        setUsed(true);
      }}
    >
      <MoreOutlined />
    </Quiet>
  );
  if (!used) return button;
  return (
    <>
      <Dropdown trigger={["click"]} placement="bottomRight" open={open} onOpenChange={setOpen} menu={{ items, onClick: ({ key }) => act(key) }}>
        {button}
      </Dropdown>
      {moving && ticket && (
        <Suspense>
          <MoveDialog entry={entry} ticket={ticket} close={() => setMoving(false)} />
        </Suspense>
      )}
    </>
  );
}
