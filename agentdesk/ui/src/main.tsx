import { QueryClient } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "@/App";
import { onSignedOut } from "@/api/client";
import { startWords } from "@/i18n";
import { startLook } from "@/parts/settings";
import { makeRouter } from "@/router";
import "@/styles/base.css";

function show(): void {
  // The websocket says what became stale, so nothing is fetched again for its age or for a window's focus.
  const client = new QueryClient({
    defaultOptions: { queries: { staleTime: Infinity, retry: false, refetchOnWindowFocus: false, refetchOnReconnect: false } },
  });
  const router = makeRouter(client);
  onSignedOut(() => {
    client.clear();
    const { pathname, href } = router.state.location;
    if (pathname !== "/login") void router.navigate({ to: "/login", search: { to: href } });
  });
  const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
  createRoot(document.getElementById("root") as HTMLElement).render(
    <StrictMode>
      <App client={client} router={router} nonce={nonce} />
    </StrictMode>,
  );
}

startLook();
// Not awaited: the words' part needs this one to have ended, and would wait for it for ever.
void startWords().then(show);
