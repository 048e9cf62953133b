// React's entry: language and colours first, then who is signed in, then the
// pages, drawn over the first drawing when there is one.
import { createRoot } from "react-dom/client";
import { Root } from "./app";
import { guessLanguage, loadLanguage, type Lang } from "./i18n";
import { setLanguage } from "./api/client";
import { bootEarly, pageLanguage } from "./boot";
import { keep } from "./handed";
import { applyMode } from "./theme";
import { preferredMode } from "./mode";
import "./style.css";

applyMode(preferredMode());
const language = (pageLanguage() as Lang | undefined) ?? guessLanguage();
setLanguage(language);
const [locale, known] = await Promise.all([loadLanguage(language), bootEarly()]);
keep();
createRoot(document.getElementById("root")!).render(<Root locale={locale} known={known} />);
