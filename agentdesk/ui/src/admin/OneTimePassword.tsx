import { CopyOutlined } from "@ant-design/icons";
import { App, Button, Modal } from "antd";
import { useTranslation } from "react-i18next";
import css from "./admin.module.css";

/** A password for one sign-in, shown this once: it is kept nowhere. */
export function OneTimePassword({ name, login, password, close }: { name: string; login: string; password: string; close: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const copy = () => void navigator.clipboard?.writeText(password).then(() => message.success(t("ticket.copied"), 1.5));
  return (
    <Modal open width={440} title={t("people.once_title", { name })} footer={null} onCancel={close} closable={false} maskClosable={false} keyboard={false}>
      <p>{t("people.once_more")}</p>
      <dl className={css.once}>
        <dt>{t("login.login")}</dt>
        <dd>{login}</dd>
        <dt>{t("people.once")}</dt>
        <dd>
          <kbd>{password}</kbd>
          <Button size="small" icon={<CopyOutlined />} onClick={copy}>
            {t("customer.copy")}
          </Button>
        </dd>
      </dl>
      <div className={css.foot}>
        <Button type="primary" onClick={close}>
          {t("people.once_done")}
        </Button>
      </div>
    </Modal>
  );
}
