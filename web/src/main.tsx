// Entry: language and colours first, then who is signed in, then the pages.
import { createRoot } from "react-dom/client";
import { Root } from "./app";
import { guessLanguage, loadLanguage } from "./i18n";
import { setLanguage } from "./api/client";
import { bootEarly, pageLanguage } from "./boot";
import { applyMode } from "./theme";
import { preferredMode } from "./mode";
import "./style.css";

applyMode(preferredMode());
const language = guessLanguage(pageLanguage());
setLanguage(language);
bootEarly();
const locale = await loadLanguage(language);
createRoot(document.getElementById("root")!).render(<Root locale={locale} />);
