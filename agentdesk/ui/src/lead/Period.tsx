import { Segmented } from "antd";
import { useTranslation } from "react-i18next";

/** How far back one looks, in days before today. */
export function Period({ days, change }: { days: number; change: (days: number) => void }) {
  const { t } = useTranslation();
  return (
    <Segmented
      value={days}
      onChange={change}
      options={[
        { value: 0, label: t("standards.today") },
        { value: 6, label: t("standards.week") },
        { value: 29, label: t("standards.month") },
      ]}
    />
  );
}
