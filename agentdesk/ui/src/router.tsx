import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from "@tanstack/react-router";
import { me } from "@/api/calls";
import { Problem } from "@/api/client";
import { keys } from "@/data/keys";
import { type StateChoice, stateChoices } from "@/desk/boxes";
import { Shell } from "@/desk/Shell";
import { Workspace } from "@/desk/Workspace";
import { Login } from "@/login/Login";
import { Failed } from "@/parts/states";

const root = createRootRouteWithContext<{ client: QueryClient }>()({ component: Outlet });

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: (s: Record<string, unknown>): { to?: string } =>
    // Only paths of the desk: a link must not send anybody elsewhere after the login.
    typeof s.to === "string" && /^\/(?![/\\])/.test(s.to) ? { to: s.to } : {},
  component: Login,
});

/** Everything behind the login. */
const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  beforeLoad: async ({ context, location }) => {
    try {
      await context.client.ensureQueryData({ queryKey: keys.me, queryFn: me, staleTime: Infinity });
    } catch (e) {
      if (e instanceof Problem && e.status === 401) throw redirect({ to: "/login", search: { to: location.href } });
      throw e;
    }
  },
  errorComponent: ({ error, reset }) => <Failed error={error instanceof Error ? error : new Error(String(error))} retry={reset} />,
});

const shell = createRoute({ getParentRoute: () => inside, id: "shell", component: Shell });

const home = createRoute({
  getParentRoute: () => shell,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/box/$box/{-$ticket}", params: { box: "mine", ticket: undefined } });
  },
});

const box = createRoute({
  getParentRoute: () => shell,
  path: "/box/$box/{-$ticket}",
  validateSearch: (s: Record<string, unknown>): { state?: StateChoice } =>
    stateChoices.includes(s.state as StateChoice) ? { state: s.state as StateChoice } : {},
  component: Workspace,
});

/** A ticket's lasting address, for links in mails and other systems. */
const ticket = createRoute({
  getParentRoute: () => shell,
  path: "/tickets/$ticket",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/box/$box/{-$ticket}", params: { box: "all", ticket: params.ticket } });
  },
});

const mailboxes = createRoute({
  getParentRoute: () => shell,
  path: "/admin/mailboxes",
  component: lazyRouteComponent(() => import("@/admin/Mailboxes")),
});

const agents = createRoute({
  getParentRoute: () => shell,
  path: "/admin/agents",
  component: lazyRouteComponent(() => import("@/admin/Agents")),
});

const queues = createRoute({
  getParentRoute: () => shell,
  path: "/admin/queues",
  component: lazyRouteComponent(() => import("@/admin/Queues")),
});

const supervision = createRoute({
  getParentRoute: () => shell,
  path: "/supervision",
  component: lazyRouteComponent(() => import("@/lead/Supervision")),
});

const teams = createRoute({
  getParentRoute: () => shell,
  path: "/teams",
  component: lazyRouteComponent(() => import("@/lead/Teams")),
});

const measures = createRoute({
  getParentRoute: () => shell,
  path: "/admin/measures",
  component: lazyRouteComponent(() => import("@/lead/Settings")),
});

const standards = createRoute({
  getParentRoute: () => shell,
  path: "/standards",
  component: lazyRouteComponent(() => import("@/lead/Standards")),
});

/** A screen of its own, without the desk around it. */
const wall = createRoute({
  getParentRoute: () => inside,
  path: "/wall",
  component: lazyRouteComponent(() => import("@/lead/Wall")),
});

const fields = createRoute({
  getParentRoute: () => shell,
  path: "/admin/fields",
  component: lazyRouteComponent(() => import("@/admin/Fields")),
});

const tags = createRoute({
  getParentRoute: () => shell,
  path: "/admin/tags",
  component: lazyRouteComponent(() => import("@/admin/TagsPage")),
});

const macros = createRoute({
  getParentRoute: () => shell,
  path: "/macros",
  component: lazyRouteComponent(() => import("@/admin/Macros")),
});

const sites = createRoute({
  getParentRoute: () => shell,
  path: "/admin/sites",
  component: lazyRouteComponent(() => import("@/admin/Sites")),
});

const calendars = createRoute({
  getParentRoute: () => shell,
  path: "/admin/calendars",
  component: lazyRouteComponent(() => import("@/clocks/Calendars")),
});

const policies = createRoute({
  getParentRoute: () => shell,
  path: "/admin/policies",
  component: lazyRouteComponent(() => import("@/clocks/Policies")),
});

const rules = createRoute({
  getParentRoute: () => shell,
  path: "/admin/queues/$queue",
  component: lazyRouteComponent(() => import("@/admin/rules/Rules")),
});

const account = createRoute({
  getParentRoute: () => shell,
  path: "/account",
  component: lazyRouteComponent(() => import("@/admin/Account")),
});

export function makeRouter(client: QueryClient) {
  return createRouter({
    routeTree: root.addChildren([login, inside.addChildren([wall, shell.addChildren([home, box, ticket, mailboxes, sites, queues, rules, calendars, policies, agents, account, supervision, teams, measures, standards, fields, tags, macros])])]),
    context: { client },
    defaultPreload: false,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
