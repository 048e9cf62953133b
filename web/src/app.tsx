// Who is there? Nobody: the log-in page. Somebody: the shell with its pages.
import { App as AntApp, ConfigProvider, Spin } from "antd";
import type { Locale } from "antd/es/locale";
import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useMemo, useState, type ReactNode } from "react";
import { BrowserRouter, Navigate, Outlet, Route, Routes } from "react-router";
import { Problem, setLanguage, whenSignedOut } from "./api/client";
import { listPage, recordPage, takeBoot, toLogin, type Boot } from "./boot";
import { setCurrency, setZone } from "./format";
import { handed, take } from "./handed";
import { keepLanguage, keptLanguage, lang, languages, t, type Lang } from "./i18n";
import { useMode, usePhone } from "./mode";
import { KnownContext, useKnown, type Known } from "./model";
import { sentence } from "./saving";
import { Shell } from "./shell/shell";
import { antdTheme } from "./theme";

const Again = lazy(() => import("./shell/again"));
const ListPage = lazy(listPage);
const RecordPage = lazy(recordPage);
const Today = lazy(() => import("./pages/today"));
const Imports = lazy(() => import("./pages/imports"));
const Settings = lazy(() => import("./pages/settings"));
const Nowhere = lazy(() => import("./pages/nowhere").then((m) => ({ default: m.Nowhere })));

const client = new QueryClient({
  defaultOptions: { queries: { staleTime: 15_000, refetchOnWindowFocus: true, retry: (n, e) => n < 2 && e instanceof Problem && (e.status === 0 || e.status >= 500) } },
});

/** know keeps what the first drawing asked for: it is not asked for again. */
export const know = () => handed.answers.splice(0).forEach(({ key, data }) => client.setQueryData(key, data));

const page = (node: ReactNode) => <Suspense fallback={<Waiting />}>{node}</Suspense>;

// Plain routes: what loads data stands in the pages, and a router that would do so is twice as large.
const pages = (
  <BrowserRouter>
    <Routes>
      <Route path="/" element={<Shell><Outlet /></Shell>}>
        <Route index element={<Home />} />
        <Route path="today" element={page(<Today />)} />
        <Route path="t/:type" element={page(<ListPage />)} />
        <Route path="r/:type/:id" element={page(<RecordPage />)} />
        <Route path="imports/:id?" element={page(<Imports />)} />
        <Route path="settings/:part?" element={page(<Settings />)} />
        <Route path="*" element={page(<Nowhere />)} />
      </Route>
    </Routes>
  </BrowserRouter>
);

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
export function Root({ locale, known }: { locale: Locale; known?: Boot }) {
  const mode = useMode();
  const phone = usePhone();
  const theme = useMemo(() => antdTheme(mode, phone), [mode, phone]);
  return (
    <ConfigProvider theme={theme} locale={locale} button={{ autoInsertSpace: false }} wave={{ disabled: true }}>
      <QueryClientProvider client={client}>
        <AntApp message={{ maxCount: 3, top: phone ? 54 : 6 }} component={false}>
          <Gate first={known} />
        </AntApp>
      </QueryClientProvider>
    </ConfigProvider>
  );
}

function Gate({ first }: { first?: Boot }) {
  const known = useQuery({ queryKey: ["boot"], queryFn: takeBoot, staleTime: Infinity, initialData: first });
  const [again, setAgain] = useState<(() => void)[]>([]); // what waits for a new session
  const value = useMemo<Known | null>(() => {
    const { session, schema } = known.data ?? {};
    if (!session || !schema) return null;
    setZone(session.user.zone);
    setCurrency(session.server.currency);
    return { session, schema, types: new Map(schema.types.map((x) => [x.name, x])) };
  }, [known.data]);
  const shown = !known.isPending;
  useEffect(() => { if (shown) take(); }, [shown]); // children's effects run before: they hear what is done again
  useEffect(() => {
    const want = value?.session.user.lang;
    if (want && want !== lang() && (languages as readonly string[]).includes(want) && !keptLanguage()) {
      keepLanguage(want as Lang);
      location.reload();
    }
    if (value) {
      setLanguage(lang());
      whenSignedOut(() => new Promise((go) => setAgain((all) => [...all, go])));
    }
  }, [value]);
  const nobody = !!known.data?.out;
  useEffect(() => {
    if (nobody) toLogin();
  }, [nobody]);
  if (known.isPending || nobody) return <Waiting />;
  if (known.isError) {
    return <div className="waiting"><div className="nothing"><p>{sentence(known.error)}</p><button type="button" className="undo" onClick={() => void known.refetch()}>{t("act.again")}</button></div></div>;
  }
  const resume = () => {
    again.forEach((go) => go());
    setAgain([]);
  };
  return (
    <KnownContext.Provider value={value}>
      {pages}
      {again.length > 0 && value && <Suspense fallback={null}><Again me={value.session.user} done={resume} /></Suspense>}
    </KnownContext.Provider>
  );
}
