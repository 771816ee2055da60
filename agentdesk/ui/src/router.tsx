import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, Outlet, redirect } from "@tanstack/react-router";
import { me } from "@/api/calls";
import { Problem } from "@/api/client";
import { keys } from "@/data/keys";
import { Login } from "@/login/Login";

const root = createRootRouteWithContext<{ client: QueryClient }>()({ component: Outlet });

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: (s: Record<string, unknown>): { to?: string } =>
    // Only paths of the desk: a link must not send anybody elsewhere after the login.
    typeof s.to === "string" && /^\/(?!\/)/.test(s.to) ? { to: s.to } : {},
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
  component: Outlet,
});

const home = createRoute({ getParentRoute: () => inside, path: "/", component: Outlet });

export function makeRouter(client: QueryClient) {
  return createRouter({
    routeTree: root.addChildren([login, inside.addChildren([home])]),
    context: { client },
    defaultPreload: false,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
