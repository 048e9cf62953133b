// Who is there? Nobody: log-in, or the first run. Somebody: the shell with its pages.
import { App as AntApp, ConfigProvider, Spin } from "antd";
import type { Locale } from "antd/es/locale";
import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useMemo, useState, type ReactNode } from "react";
import { createBrowserRouter, Navigate, Outlet, RouterProvider } from "react-router";
import { Problem, setLanguage, whenSignedOut } from "./api/client";
import { listPage, recordPage, takeBoot } from "./boot";
import { setZone } from "./format";
import { keepLanguage, lang, languages, t, type Lang } from "./i18n";
import { useMode, usePhone } from "./mode";
import { KnownContext, useKnown, type Known } from "./model";
import { sentence } from "./saving";
import { Shell } from "./shell/shell";
import { antdTheme } from "./theme";

const Login = lazy(() => import("./pages/login"));
const ListPage = lazy(listPage);
const RecordPage = lazy(recordPage);
const Today = lazy(() => import("./pages/today"));
const Imports = lazy(() => import("./pages/imports"));
const Settings = lazy(() => import("./pages/settings"));

const client = new QueryClient({
  defaultOptions: { queries: { staleTime: 15_000, refetchOnWindowFocus: true, retry: (n, e) => n < 2 && e instanceof Problem && (e.status === 0 || e.status >= 500) } },
});

const page = (node: ReactNode) => <Suspense fallback={<Waiting />}>{node}</Suspense>;

const router = createBrowserRouter([
  {
    path: "/",
    element: <Shell><Outlet /></Shell>,
    HydrateFallback: () => null,
    children: [
      { index: true, element: <Home /> },
      { path: "today", element: page(<Today />) },
      { path: "t/:type", element: page(<ListPage />) },
      { path: "r/:type/:id", element: page(<RecordPage />) },
      { path: "imports/:id?", element: page(<Imports />) },
      { path: "settings/:part?", element: page(<Settings />) },
      { path: "*", element: <Navigate to="/" replace /> },
    ],
  },
]);

// The first entry of the menu that leads to a type is where work begins.
function Home() {
  const { schema } = useKnown();
  const first = schema.menu.find((m) => m.page === "today") ?? schema.menu.find((m) => m.type);
  return <Navigate replace to={first?.page === "today" ? "/today" : first?.type ? `/t/${first.type}` : "/settings"} />;
}

export function Waiting() {
  return <div className="waiting" role="status" aria-label={t("state.loading")}><Spin delay={200} /></div>;
}

/** Root holds what every page stands in. */
export function Root({ locale }: { locale: Locale }) {
  const mode = useMode();
  const phone = usePhone();
  const theme = useMemo(() => antdTheme(mode, phone), [mode, phone]);
  return (
    <ConfigProvider theme={theme} locale={locale} button={{ autoInsertSpace: false }} wave={{ disabled: true }}>
      <QueryClientProvider client={client}>
        <AntApp message={{ maxCount: 3, top: phone ? 54 : 6 }} component={false}>
          <Gate />
        </AntApp>
      </QueryClientProvider>
    </ConfigProvider>
  );
}

function Gate() {
  const known = useQuery({ queryKey: ["boot"], queryFn: takeBoot, staleTime: Infinity });
  const [out, setOut] = useState(false);
  useEffect(() => whenSignedOut(() => setOut(true)), []);
  const value = useMemo<Known | null>(() => {
    const { session, schema } = known.data ?? {};
    if (!session || !schema) return null;
    setZone(session.user.zone);
    return { session, schema, types: new Map(schema.types.map((x) => [x.name, x])) };
  }, [known.data]);
  useEffect(() => {
    const want = value?.session.user.lang;
    if (want && want !== lang() && (languages as readonly string[]).includes(want) && !localStorage.getItem("kd.lang")) {
      keepLanguage(want as Lang);
      location.reload();
    }
    if (value) setLanguage(lang());
  }, [value]);
  if (known.isPending) return <Waiting />;
  if (known.isError) {
    return <div className="waiting"><div className="nothing"><p>{sentence(known.error)}</p><button type="button" className="undo" onClick={() => void known.refetch()}>{t("act.again")}</button></div></div>;
  }
  if (out || known.data.out) {
    return page(<Login firstRun={!!known.data.firstRun} company={known.data.company ?? value?.session.server.company ?? ""} demo={known.data.demo ?? false} done={() => { setOut(false); client.clear(); void known.refetch(); }} />);
  }
  return <KnownContext.Provider value={value}><RouterProvider router={router} /></KnownContext.Provider>;
}
