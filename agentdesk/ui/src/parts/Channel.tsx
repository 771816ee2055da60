import { ApiOutlined, FormOutlined, MailOutlined, MessageOutlined, PhoneOutlined } from "@ant-design/icons";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";

const icons = { phone: PhoneOutlined, chat: MessageOutlined, email: MailOutlined, form: FormOutlined, api: ApiOutlined };

/** How a contact reached us, as a sign with its words. */
export function ChannelIcon({ channel, silent }: { channel: string; silent?: boolean }) {
  const { t } = useTranslation();
  const Icon = icons[channel as keyof typeof icons] ?? MessageOutlined;
  return silent ? <Icon aria-hidden /> : <Icon aria-label={channelName(t, channel)} title={channelName(t, channel)} />;
}

/** A channel's name; a newer server may know more channels than this page. */
export function channelName(t: TFunction, channel: string): string {
  return (t as unknown as (key: string, options: object) => string)(`channel.${channel}`, { defaultValue: channel });
}
