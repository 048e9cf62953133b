package access

import (
	"slices"
	"strings"
	"time"

	"kedang/internal/expr"
	"kedang/internal/meta"
)

// AdminRole is the role that [Service.Claim] gives: an administrator's,
// whatever the packs declare. Roles declared with admin: true are too.
const AdminRole = "administrator"

// Actor is whoever a call is made for: a person with his rights as they are
// now, or the system. It never changes after it was made; share it freely.
type Actor struct {
	ID       int64 // the user's; 0 is the system
	Username string
	Name     string
	Roles    []string // sorted; those the schema does not know give nothing
	Admin    bool     // everything, everywhere

	Department   int64   // 0: none
	Branch       string  // code of the nearest branch at or above the department, "" for none
	Tree         []int64 // the department and all below it, rising; empty without one
	Subordinates []int64 // all whose chain of managers leads here, rising; not the actor

	Epoch   int64          // of the user when the actor was made
	Session int64          // the session it was made from, 0 for none
	Token   int64          // the token it was made from, 0 for none
	Lang    string         // zh-Hans, zh-Hant, en
	Zone    *time.Location // for display; the company's unless the user chose one
	Source  string         // "web", "api", "system <reason>" …: how the work came in, for the ledger
	Reason  string         // of the system's work; "" for a person

	system  bool           // set by System alone
	company *time.Location // governs today() and months
	org     int64          // version of the organisation when the actor was made
	team    []int64        // the actor and his subordinates, rising
	bound   *binding
	rights  *rights
}

var _ meta.Reader = (*Actor)(nil)

// System is the actor of work that no person asked for: schema sync, derived
// values, timers. It may do everything, and stands in the ledger with its
// reason. Nothing that comes over the network may be done with it.
func System(reason string) *Actor {
	return &Actor{Name: "system", system: true, Admin: true, Reason: reason, Source: "system " + reason, Lang: "zh-Hans"}
}

// IsSystem tells that no person is behind the actor.
func (a *Actor) IsSystem() bool { return a.system }

// From is the same actor coming in another way: "web", "api", "import 12".
func (a *Actor) From(source string) *Actor {
	if a.Source == source {
		return a
	}
	c := *a
	c.Source = source
	return &c
}

// Key stands for everything that an actor's rights are made of: two actors with
// one key may do and see the same.
type Key struct {
	user, epoch, org int64
	rights           *rights
	lang             string
}

// Key is the actor's; false for one that was made by hand, of whom nothing may
// be remembered.
func (a *Actor) Key() (Key, bool) {
	return Key{a.ID, a.Epoch, a.org, a.rights, a.Lang}, a.rights != nil && a.ID != 0 && a.Epoch != 0
}

// Has tells whether the actor has a role.
func (a *Actor) Has(role string) bool { return slices.Contains(a.Roles, role) }

// Args are what me(), my_tree(), today() … mean in an expression for this
// actor at a moment. The company's zone governs; the system, which has none of
// its own, uses that of now.
func (a *Actor) Args(now time.Time) expr.Args {
	zone := a.company
	if zone == nil {
		zone = now.Location()
	}
	return expr.Args{Now: now, Zone: zone, Me: a.ID, MyDepartment: a.Department, MyTree: a.Tree, MySubordinates: a.Subordinates}
}

// Scope is how far a verb of [meta.Verbs] reaches for this actor, merged over
// his roles; an unknown verb reaches nowhere. It costs two look-ups.
func (a *Actor) Scope(t *meta.Type, verb string) Scope {
	if a.Admin {
		return a.adminScope(t, verb)
	}
	i := verbIndex(verb)
	if i < 0 {
		return Scope{}
	}
	return a.rightsOn(t).scopes[i]
}

// adminScope is everything, but for the built-in types, which are changed
// through this package alone.
func (a *Actor) adminScope(t *meta.Type, verb string) Scope {
	if t.Builtin && verb != "read" && verb != "export" && verb != "history" {
		return Scope{}
	}
	return Scope{All: true}
}

// Level is how much of a field this actor sees, over all rows he may read.
// Without an entry under access/fields it is write where he may create or
// update, else read; sealed fields are masked unless he may reveal wherever he
// may read. Computed and built-in fields are never more than read; a roll-up
// has the strictest level of what it is computed from.
func (a *Actor) Level(t *meta.Type, f *meta.Field) meta.Level {
	if a.IsSystem() {
		if f.System || f.Computed() {
			return meta.Read
		}
		return meta.Write
	}
	if level, ok := a.rightsOn(t).levels[f]; ok {
		return level
	}
	return meta.Hidden // a field of another type or schema
}

// LinkedLevel is how much of a field the actor sees through a link: what he may
// not know of the link, he may not know of what it leads to; a title made of
// what he may not read is none.
func (a *Actor) LinkedLevel(t *meta.Type, link, f *meta.Field) meta.Level {
	if !link.System && a.Level(t, link) < meta.Read {
		return meta.Hidden
	}
	level := a.Level(link.Target, f)
	if f.System {
		if level < meta.Read {
			return meta.Hidden
		}
		return meta.Read
	}
	return level
}

// rightsOn finds the merged rights on a type, of any schema.
func (a *Actor) rightsOn(t *meta.Type) *typeRights {
	r := a.rights
	if r == nil { // an actor made by hand
		r = newRights(a.Roles, a.Admin)
	}
	return r.on(t)
}

// rightsOf finds or makes the merged rights of a role set.
func (b *binding) rightsOf(roles []string) *rights {
	key := strings.Join(roles, ",")
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.rights[key]
	if r == nil {
		r = newRights(roles, b.admin(roles))
		b.rights[key] = r
	}
	return r
}

// admin tells whether one of the roles is an administrator's.
func (b *binding) admin(roles []string) bool {
	return slices.ContainsFunc(roles, func(name string) bool {
		if name == AdminRole {
			return true
		}
		if b.schema == nil {
			return false
		}
		role := b.schema.Role(name)
		return role != nil && role.Admin
	})
}
