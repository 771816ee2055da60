import { useMutation } from "@tanstack/react-query";
import { App, Button, Form, Modal } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import css from "./parts.module.css";
import { refused } from "./refused.ts";

interface Props<T> {
  title: string;
  width: number;
  initial: Partial<T>;
  /** Keeps what was entered; what it throws is said at the fields it is about, or above the button. */
  save: (values: T) => Promise<unknown>;
  /** Ends the dialog: it was given up, or saved, or its thing is gone. */
  close: () => void;
  /** How the thing is thrown away; asked about first. */
  drop?: { label: string; ask: string; run: () => Promise<unknown> } | undefined;
  /** Items of an antd form; their names are those of the API. */
  children: ReactNode;
}

/** A thing of the house in a form: made, changed or thrown away. */
export function FormDialog<T extends object>({ title, width, initial, save, close, drop, children }: Props<T>) {
  const { t } = useTranslation();
  const { modal, message } = App.useApp();
  const [form] = Form.useForm<T>();
  const [words, setWords] = useState("");
  const saving = useMutation({ mutationFn: save, onSuccess: close, onError: (e) => setWords(refused(form, e)) });
  const ask = (d: NonNullable<typeof drop>) =>
    void modal.confirm({
      title: d.ask,
      okText: d.label,
      okButtonProps: { danger: true },
      onOk: async () => {
        try {
          await d.run();
          close();
        } catch (e) {
          void message.error((e as Error).message);
        }
      },
    });
  return (
    <Modal open width={width} title={title} onCancel={close} okText={t("mailboxes.save")} cancelText={t("mailboxes.cancel")} confirmLoading={saving.isPending} onOk={() => form.submit()}>
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        className={css.form}
        initialValues={initial}
        onFinish={(v) => {
          setWords("");
          saving.mutate(v);
        }}
      >
        {children}
        {/* Enter in a field saves. */}
        <button type="submit" hidden aria-label={t("mailboxes.save")} />
        {words && (
          <p className={css.refused} role="alert">
            {words}
          </p>
        )}
        {drop && (
          <Button danger type="text" size="small" onClick={() => ask(drop)}>
            {drop.label}
          </Button>
        )}
      </Form>
    </Modal>
  );
}
