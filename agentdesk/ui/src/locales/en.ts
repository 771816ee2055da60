import locale from "antd/locale/en_US";
import words from "./en.json";

/** Everything that has to be fetched before the desk can speak English. */
export default { words, ant: locale };
