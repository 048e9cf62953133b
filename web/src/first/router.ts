// What stands in for the router: the address as it is.
import { jsx } from "./jsx-runtime";

const place = () => ({ pathname: location.pathname, search: location.search, hash: location.hash, state: null, key: "first" });

export const useLocation = place;
export const useNavigate = () => () => undefined;
export const useParams = () => ({ type: location.pathname.split("/")[2] });
export const useSearchParams = () => [new URLSearchParams(location.search), () => undefined] as const;
export const Link = ({ to, ...more }: { to: string } & Record<string, unknown>) => jsx("a", { href: to, ...more });
export const Navigate = () => null;
export const Outlet = () => null;
