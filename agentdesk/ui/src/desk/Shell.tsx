import { Outlet, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useCommand, useKeyboard } from "@/keys/useKeys";
import { runsTheDesk, useMay, useMe } from "@/data/queries";
import { useLive } from "@/live/live";
import { Notices } from "@/lead/Notices";
import { ClockNotices } from "@/clocks/ClockNotices";
import { Alarms } from "./Alarms.tsx";
import { draftsOf } from "./composer/drafts.ts";
import { LineBanner } from "./LineBanner.tsx";
import { Nav } from "./nav/Nav.tsx";
import { Offers } from "./queue/Offers.tsx";
import { Search } from "./search/Search.tsx";
import css from "./shell.module.css";

const NewTicket = lazy(() => import("./begin/NewTicket.tsx"));
const Help = lazy(() => import("@/keys/Help"));

/** What stands around every screen behind the login: the ways to go, the alarms, the state of the line. */
export function Shell() {
  const { t } = useTranslation();
  const [help, setHelp] = useState(false);
  const [search, setSearch] = useState(false);
  const [begin, setBegin] = useState(false);
  const navigate = useNavigate();
  const me = useMe();
  draftsOf(me.id);
  useLive();
  useKeyboard();
  useCommand("help", () => setHelp(true));
  useCommand("search", () => setSearch(true));
  useCommand("palette", () => setSearch(true));
  const mayBegin = useMay("ticket.receive");
  useCommand("new_ticket", () => setBegin(true), mayBegin);
  const go = (box: string) => void navigate({ to: "/box/$box/{-$ticket}", params: { box, ticket: undefined } });
  useCommand("go_mine", () => go("mine"));
  useCommand("go_unassigned", () => go("unassigned"));
  useCommand("go_all", () => go("all"));
  useCommand("go_lead", () => void navigate({ to: "/supervision" }), runsTheDesk(me));
  useCommand("go_mailboxes", () => void navigate({ to: "/admin/mailboxes" }), runsTheDesk(me));

  return (
    <div className={css.shell}>
      <Nav onNew={mayBegin ? () => setBegin(true) : null} onSearch={() => setSearch(true)} onHelp={() => setHelp(true)} />
      <div className={css.main}>
        <LineBanner />
        <Alarms />
        <Notices />
        <main className={css.screen} aria-label={t("nav.screen")}>
          <Outlet />
        </main>
      </div>
      <Offers />
      <ClockNotices />
      {search && <Search close={() => setSearch(false)} />}
      {begin && (
        <Suspense>
          <NewTicket close={() => setBegin(false)} />
        </Suspense>
      )}
      {help && (
        <Suspense>
          <Help close={() => setHelp(false)} />
        </Suspense>
      )}
    </div>
  );
}
