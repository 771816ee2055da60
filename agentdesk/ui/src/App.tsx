import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { App as AntApp, ConfigProvider } from "antd";
import { useTranslation } from "react-i18next";
import { antLocale } from "@/i18n";
import { useLook } from "@/parts/settings";
import type { makeRouter } from "@/router";
import { antTheme } from "@/theme";

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
