import { InboxOutlined } from "@ant-design/icons";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Kbd } from "@/parts/Kbd";
import { Nothing } from "@/parts/states";
import { store, useStore } from "@/parts/store";
import { parseBox, usualState } from "./boxes.ts";
import { Customer } from "./customer/Customer.tsx";
import { TicketList } from "./list/TicketList.tsx";
import { TicketPane } from "./ticket/TicketPane.tsx";
import { useCommand } from "@/keys/useKeys";
import css from "./workspace.module.css";

/** Whether the customer stands beside the ticket; kept for the next day. */
export const customerShown = store(localStorage.getItem("customer") !== "hidden");
customerShown.subscribe(() => localStorage.setItem("customer", customerShown.get() ? "shown" : "hidden"));

/** The list, the ticket that is open, and its customer. */
export function Workspace() {
  const { t } = useTranslation();
  const params = useParams({ from: "/inside/shell/box/$box/{-$ticket}" });
  const search = useSearch({ from: "/inside/shell/box/$box/{-$ticket}" });
  const navigate = useNavigate();
  const box = parseBox(params.box);
  const state = search.state ?? usualState(box);
  const open = params.ticket ? Number(params.ticket) : null;
  const shown = useStore(customerShown);

  const show = (id: number | null) =>
    void navigate({
      to: "/box/$box/{-$ticket}",
      params: { box: params.box, ticket: id === null ? undefined : String(id) },
      search,
      // Walking through a list with j and k is one step of the browser's history.
      replace: open !== null && id !== null,
    });
  useCommand("back", () => show(null), open !== null);
  useCommand("customer", () => customerShown.set((s) => !s), open !== null);

  return (
    <div className={css.workspace} data-customer={(open !== null && shown) || undefined}>
      <TicketList key={`${params.box} ${state}`} box={box} state={state} open={open} show={show} />
      {open === null ? (
        <section className={css.nothing}>
          <Nothing icon={<InboxOutlined />} title={t("ticket.none_open")}>
            <p>
              <Kbd>j</Kbd> <Kbd>k</Kbd> {t("ticket.hint_move")} <Kbd>Enter</Kbd> {t("ticket.hint_open")} <Kbd>?</Kbd>{" "}
              {t("ticket.hint_help")}
            </p>
          </Nothing>
        </section>
      ) : (
        <TicketPane key={open} id={open} close={() => show(null)} />
      )}
      {open !== null && shown && <Customer id={open} />}
    </div>
  );
}
