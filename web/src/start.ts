// Where every page begins. A list is drawn as HTML at once (first/first.tsx),
// and React, which is larger, is loaded behind it; other pages load React.
import first from "virtual:first";
import { handed, listen } from "./handed";

const patience = 400; // ms that React waits for rows before it is loaded beside them

async function begin() {
  if (first && location.pathname.startsWith("/t/")) {
    listen();
    const drawn = (import(/* @vite-ignore */ first) as Promise<{ draw: () => Promise<void> }>).then((m) => m.draw());
    handed.drawn = drawn.catch(() => undefined);
    await Promise.race([handed.drawn, new Promise((go) => setTimeout(go, patience))]);
    await new Promise<void>((go) => { requestAnimationFrame(() => setTimeout(go)); setTimeout(go, 100); }); // what is drawn is shown before more is done
  } else handed.taken = true;
  await import("./main");
}

void begin();
