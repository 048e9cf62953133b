package api

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"kedang/internal/access"
	"kedang/internal/errs"
)

// cookieName is the session's cookie; over HTTPS it has the __Host- prefix,
// so that no sub-domain can set it.
const cookieName = "kedang"

// network is a range of addresses of trusted proxies.
type network = netip.Prefix

func networks(texts []string) ([]network, error) {
	var out []network
	for _, t := range texts {
		p, err := netip.ParsePrefix(t)
		if err != nil {
			a, err2 := netip.ParseAddr(t)
			if err2 != nil {
				return nil, errs.RefuseField("proxies", "bad_address", errs.Params{"value": t})
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		out = append(out, p)
	}
	return out, nil
}

var errUnauthenticated = errs.New(errs.Unauthenticated, "unauthenticated", nil)

// actor finds who asks: a bearer token first, then the session cookie. An
// Authorization header of another kind is not passed over for the cookie.
func (s *Server) actor(r *http.Request) (*access.Actor, error) {
	if r.Header.Get("Authorization") != "" {
		token, ok := bearer(r)
		if !ok {
			return nil, errUnauthenticated
		}
		a, err := s.Access.Session(r.Context(), token)
		if err != nil {
			return nil, err
		}
		return a.From("api"), nil
	}
	c, err := r.Cookie(s.cookie(r))
	if err != nil {
		return nil, errUnauthenticated
	}
	a, err := s.Access.Session(r.Context(), c.Value)
	if err != nil {
		return nil, err
	}
	return a.From("web"), nil
}

// https tells that the caller's line is sealed, up to us or to a proxy of ours.
func (s *Server) https(r *http.Request) bool {
	if s.Secure || r.TLS != nil {
		return true
	}
	proto, _, _ := strings.Cut(r.Header.Get("X-Forwarded-Proto"), ",")
	return strings.EqualFold(strings.TrimSpace(proto), "https") && s.proxied(r)
}

func (s *Server) cookie(r *http.Request) string {
	if s.https(r) {
		return "__Host-" + cookieName
	}
	return cookieName
}

func (s *Server) setCookie(w http.ResponseWriter, r *http.Request, token string, age int) {
	http.SetCookie(w, &http.Cookie{Name: s.cookie(r), Value: token, Path: "/", HttpOnly: true, Secure: s.https(r),
		SameSite: http.SameSiteLaxMode, MaxAge: age})
}

// sameSite refuses writes that another site's page sends with our cookie.
// Browsers say where a request comes from; tools with a bearer token say
// nothing, and a token is nothing that a browser adds by itself.
func (s *Server) sameSite(r *http.Request) error {
	if r.Header.Get("Authorization") != "" {
		return nil
	}
	if host := r.Header.Get("X-Forwarded-Host"); host != "" && s.proxied(r) {
		outside := *r
		outside.Host = host
		r = &outside
	}
	if s.crossSite.Check(r) != nil {
		return errs.New(errs.Forbidden, "cross_site", nil)
	}
	return nil
}

// clientIP is the caller's address: the connection's, or what a trusted proxy
// says it forwards for. The right-most address that is no proxy of ours counts.
func (s *Server) clientIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	ip, err := netip.ParseAddr(host)
	if err != nil || !s.isProxy(ip) {
		return host
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, ok := hopAddr(strings.TrimSpace(hops[i]))
		if !ok {
			break
		}
		if !s.isProxy(hop) {
			return hop.String()
		}
	}
	return host
}

// hopAddr reads an address of X-Forwarded-For; some proxies add the port.
func hopAddr(text string) (netip.Addr, bool) {
	if a, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
		return a.Unmap(), true
	}
	a, err := netip.ParseAddrPort(text)
	return a.Addr().Unmap(), err == nil
}

// proxied tells that a trusted proxy made the connection.
func (s *Server) proxied(r *http.Request) bool {
	a, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && s.isProxy(a.Addr())
}

// near tells that the caller sits on this machine or a private network. What
// came through a proxy we do not know of may come from anywhere.
func (s *Server) near(r *http.Request) bool {
	if !s.proxied(r) && (r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "") {
		return false
	}
	ip, err := netip.ParseAddr(s.clientIP(r))
	return err == nil && (ip.Unmap().IsLoopback() || ip.Unmap().IsPrivate())
}

func (s *Server) isProxy(ip netip.Addr) bool {
	for _, n := range s.trusted {
		if n.Contains(ip.Unmap()) {
			return true
		}
	}
	return false
}
