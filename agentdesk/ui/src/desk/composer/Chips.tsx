import { CloseOutlined } from "@ant-design/icons";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { addressOf, splitAddresses } from "./addresses.ts";
import css from "./composer.module.css";

interface Props {
  label: string;
  value: string[];
  change: (value: string[]) => void;
  /** Addresses to offer: those who take part. */
  known: string[];
  autoFocus?: boolean;
}

/** Addresses as chips. What is no address stays a chip, marked, so that it can be seen and mended. */
export function Chips({ label, value, change, known, autoFocus }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const list = useId();
  const field = useId();

  function add(typed: string) {
    const next = splitAddresses(typed).map((p) => addressOf(p) ?? p);
    setText("");
    if (next.length > 0) change([...new Set([...value, ...next])]);
  }
  return (
    <div className={css.chips}>
      <label htmlFor={field}>{label}</label>
      {value.map((a) => (
        <span key={a} className={css.chip} data-bad={addressOf(a) === null || undefined} title={addressOf(a) === null ? t("composer.bad_address") : a}>
          <bdi>{a}</bdi>
          <button type="button" aria-label={t("composer.drop", { address: a })} onClick={() => change(value.filter((x) => x !== a))}>
            <CloseOutlined />
          </button>
        </span>
      ))}
      <input
        id={field}
        list={list}
        value={text}
        autoFocus={autoFocus}
        autoComplete="off"
        spellCheck={false}
        onChange={(e) => {
          const typed = e.target.value;
          // A choice from the offered ones arrives whole, without a key.
          if (known.includes(typed)) add(typed);
          else setText(typed);
        }}
        onBlur={() => add(text)}
        onPaste={(e) => {
          const pasted = e.clipboardData.getData("text");
          if (!/[,;，；、\n]/.test(pasted)) return;
          e.preventDefault();
          add(text + pasted);
        }}
        onKeyDown={(e) => {
          if (e.nativeEvent.isComposing) return;
          const ends = e.key === "," || e.key === ";" || (e.key === "Enter" && !e.ctrlKey && !e.metaKey) || (e.key === " " && addressOf(text));
          if (ends && text.trim()) {
            e.preventDefault();
            add(text);
          } else if (e.key === "Backspace" && text === "") change(value.slice(0, -1));
        }}
      />
      <datalist id={list}>
        {known.filter((k) => !value.includes(k)).map((k) => (
          <option key={k} value={k} aria-label={k} />
        ))}
      </datalist>
    </div>
  );
}
