import { useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { ticketQuery, useMe } from "@/data/queries";
import { useOpen } from "@/desk/queue/useOpen";
import { useEvents } from "@/live/state";
import { medium } from "@/parts/time";
import { meant } from "./due.ts";

/** Tells of the promises of my tickets, wherever I am on the desk: that one is soon due, and that one broke. */
export function ClockNotices() {
  const { t, i18n } = useTranslation();
  const { notification } = App.useApp();
  const client = useQueryClient();
  const me = useMe();
  const open = useOpen();

  async function tell(id: number, broken: boolean) {
    const ticket = await client.fetchQuery(ticketQuery(id)).catch(() => null);
    const clock = ticket && meant(ticket.clocks, broken);
    if (!clock || ticket.assignee?.id !== me.id) return;
    const key = `clock-${id}`;
    const show = () => {
      notification.destroy(key);
      open(id);
    };
    notification[broken ? "error" : "warning"]({
      key,
      title: t(broken ? "clocks.broke" : "clocks.soon", { kind: t(`clocks.kind.${clock.kind}`), at: medium(Date.parse(clock.due ?? ""), Date.now(), i18n.language) }),
      description: `#${ticket.number} · ${ticket.contact.name || ticket.contact.address || t("contact.nobody")} · ${ticket.subject || t("ticket.no_subject")}`,
      placement: "bottomRight",
      duration: 15,
      role: "status",
      actions: (
        <Button size="small" onClick={show}>
          {t("clocks.open")}
        </Button>
      ),
    });
  }
  useEvents((e) => {
    const broken = e.kind === "clock.breached";
    if (broken || e.kind === "clock.warned") void tell(Number(e.object.split(":")[1]), broken);
  });
  return null;
}
