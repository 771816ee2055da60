import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { App as AntApp, ConfigProvider } from "antd";
import { useTranslation } from "react-i18next";
import { antLocale } from "@/i18n";
import { useLook } from "@/parts/settings";
import type { makeRouter } from "@/router";
import { antTheme } from "@/theme";

/**
 * Where dialogs and menus are put. For a dialog in the body itself Ant Design writes a style element without the nonce,
 * to stop a scrolling that this page does not have.
 */
const overlays = () => document.getElementById("overlays") ?? document.body;

interface Props {
  client: QueryClient;
  router: ReturnType<typeof makeRouter>;
  /** The one-time word that lets Ant Design's style elements past the content security policy. */
  nonce: string;
}

export function App({ client, router, nonce }: Props) {
  const { i18n } = useTranslation();
  const look = useLook();
  return (
    <ConfigProvider
      theme={antTheme(look)}
      csp={{ nonce }}
      getPopupContainer={overlays}
      locale={antLocale(i18n.language)}
      button={{ autoInsertSpace: false }}
      wave={{ disabled: true }}
    >
      <AntApp component={false}>
        <QueryClientProvider client={client}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </AntApp>
    </ConfigProvider>
  );
}
