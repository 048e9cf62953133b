// Whether the server answers. When it does not, a line says so and that what
// was typed is kept; it goes away by itself.
import { DisconnectOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { t } from "../i18n";

export function ReachBanner() {
  const [there, setThere] = useState(navigator.onLine);
  const client = useQueryClient();
  useEffect(() => {
    const heard = (e: Event) => setThere((e as CustomEvent<boolean>).detail);
    const off = () => setThere(false);
    window.addEventListener("kd:reach", heard);
    window.addEventListener("offline", off);
    return () => {
      window.removeEventListener("kd:reach", heard);
      window.removeEventListener("offline", off);
    };
  }, []);
  useEffect(() => {
    if (there) return;
    const look = async () => {
      const r = await fetch("/healthz", { cache: "no-store" }).catch(() => undefined);
      if (!r) return;
      setThere(true);
      void client.invalidateQueries();
    };
    const timer = setInterval(() => void look(), 3000);
    window.addEventListener("online", look);
    return () => {
      clearInterval(timer);
      window.removeEventListener("online", look);
    };
  }, [there, client]);
  return there ? null : <div className="reach" role="status"><DisconnectOutlined aria-hidden="true" /> {t("shell.offline")}</div>;
}
