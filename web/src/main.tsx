// React's entry: language and colours first, then who is signed in, then the
// pages, drawn over the first drawing when there is one.
import { createRoot } from "react-dom/client";
import { know, Root } from "./app";
import { guessLanguage, loadLanguage, type Lang } from "./i18n";
import { setLanguage } from "./api/client";
import { bootEarly, pageLanguage } from "./boot";
import { handed, keep } from "./handed";
import { applyMode } from "./theme";
import { preferredMode } from "./mode";
import "./style.css";

applyMode(preferredMode());
const language = (pageLanguage() as Lang | undefined) ?? guessLanguage();
setLanguage(language);
// React waits for the rows that the first drawing asked for, yet not for ever.
const rows = Promise.race([handed.drawn, new Promise((go) => setTimeout(go, 3000))]);
const [locale, known] = await Promise.all([loadLanguage(language), bootEarly(), rows]);
know();
keep();
createRoot(document.getElementById("root")!).render(<Root locale={locale} known={known} />);
