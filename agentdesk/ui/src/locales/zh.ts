import locale from "antd/locale/zh_CN";
import words from "./zh.json";

/** Everything that has to be fetched before the desk can speak Chinese. */
export default { words, ant: locale };
