package text_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kedang/internal/text"
)

// TestEveryCodeHasASentence reads the source of the whole program for the
// codes it refuses with, and lists those without a sentence. Found are
//
//   - errs.New(kind, "code", …) and errs.RefuseField(path, "code", …),
//   - the field Code of errs.Problem and errs.Error literals,
//   - calls of functions with a parameter named code (refusal(code, …)),
//   - what is assigned to a variable named code, or returned as a result of
//     that name.
//
// Where the parameters stand beside the code, those that the sentence cannot
// do without have to be among them. Errors in packs have English sentences of
// their own, in package meta.
func TestEveryCodeHasASentence(t *testing.T) {
	s := &source{fset: token.NewFileSet(), takes: map[string]int{}, used: map[string][]use{}}
	for _, dir := range []string{"..", "../../cmd"} {
		s.parse(t, dir)
	}
	for _, f := range s.files {
		s.wrappers(f)
	}
	for _, f := range s.files {
		s.scan(f)
	}
	if len(s.used) < 30 {
		t.Fatalf("found %d codes only: has the way of refusing changed?", len(s.used))
	}
	sentences := catalogue(t, text.ZhHans)
	codes := make([]string, 0, len(s.used))
	for code := range s.used {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for _, code := range codes {
		switch {
		case s.packError(code):
		case !text.Has(code):
			t.Errorf("no sentence for %q, used at %s", code, s.where(code))
		default:
			s.checkParams(t, code, sentences[code])
		}
	}
}

// source is what the test knows of the program.
type source struct {
	fset  *token.FileSet
	files []file
	takes map[string]int   // wrapperName -> index of its parameter code
	used  map[string][]use //
	packs map[string]bool  // codes with a sentence in package meta
}

// use is one place where a code stands.
type use struct {
	where  string
	known  bool     // the parameters stand beside it
	params []string // their names
}

func (s *source) where(code string) string {
	var places []string
	for _, u := range s.used[code] {
		places = append(places, u.where)
	}
	return strings.Join(places, ", ")
}

// checkParams lists what a sentence needs and a place does not give. A
// wrapper may add to what stands beside the code: at and near are added by
// package expr.
func (s *source) checkParams(t *testing.T, code, sentence string) {
	for _, u := range s.used[code] {
		if !u.known || strings.HasPrefix(filepath.ToSlash(u.where), "../meta/") && s.packs[code] {
			continue
		}
		for _, hole := range holes(sentence) {
			name, _, _ := strings.Cut(strings.Trim(hole, "{}"), "@")
			if !strings.HasSuffix(hole, "?") && name != "at" && name != "near" && !slices.Contains(u.params, name) {
				t.Errorf("the sentence of %q needs {%s}, which %s does not give", code, name, u.where)
			}
		}
	}
}

type file struct {
	pkg  string
	tree *ast.File
}

func (s *source) parse(t *testing.T, dir string) {
	t.Helper()
	if _, err := os.Stat(dir); err != nil {
		return // no commands yet
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		tree, err := parser.ParseFile(s.fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		s.files = append(s.files, file{filepath.Dir(path), tree})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// wrappers notes the functions that take a code.
func (s *source) wrappers(f file) {
	for _, d := range f.tree.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		at := 0
		for _, field := range fn.Type.Params.List {
			kind, isText := field.Type.(*ast.Ident)
			for _, name := range field.Names {
				if name.Name == "code" && isText && kind.Name == "string" {
					s.takes[wrapperName(f, fn.Name.Name, fn.Recv != nil)] = at
				}
				at++
			}
		}
	}
}

func (s *source) scan(f file) {
	ast.Inspect(f.tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if at := s.codeArgument(f, n); at >= 0 && at < len(n.Args) {
				var params ast.Expr
				if at+1 < len(n.Args) {
					params = n.Args[at+1]
				}
				s.note(n.Args[at], params)
			}
		case *ast.FuncDecl:
			s.returned(n)
		case *ast.AssignStmt:
			for i, to := range n.Lhs {
				if name, ok := to.(*ast.Ident); ok && name.Name == "code" && len(n.Lhs) == len(n.Rhs) {
					s.note(n.Rhs[i], ast.NewIdent("elsewhere"))
				}
			}
		case *ast.CompositeLit:
			if isErrs(n.Type, "Problem") || isErrs(n.Type, "Error") {
				s.literal(n)
			}
			if list, ok := n.Type.(*ast.ArrayType); ok && isErrs(list.Elt, "Problem") {
				for _, e := range n.Elts {
					if inner, ok := e.(*ast.CompositeLit); ok {
						s.literal(inner)
					}
				}
			}
		}
		return true
	})
}

// codeArgument is the index of a call's argument that is a code, or -1.
func (s *source) codeArgument(f file, call *ast.CallExpr) int {
	name := ""
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		name = wrapperName(f, fun.Name, false)
	case *ast.SelectorExpr:
		if isErrs(fun, "New") || isErrs(fun, "RefuseField") {
			return 1
		}
		name = wrapperName(f, fun.Sel.Name, true)
	}
	if at, ok := s.takes[name]; ok {
		return at
	}
	return -1
}

// wrapperName tells methods from functions, which local functions may shadow.
func wrapperName(f file, name string, method bool) string {
	if method {
		name = "()." + name
	}
	return f.pkg + "." + name
}

func isErrs(e ast.Expr, name string) bool {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != name {
		return false
	}
	pkg, ok := sel.X.(*ast.Ident)
	return ok && pkg.Name == "errs"
}

func (s *source) literal(lit *ast.CompositeLit) {
	var code, params ast.Expr
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if key, ok := kv.Key.(*ast.Ident); ok && key.Name == "Code" {
				code = kv.Value
			} else if ok && key.Name == "Params" {
				params = kv.Value
			}
		}
	}
	s.note(code, params)
}

// returned notes what a function returns as its result named code.
func (s *source) returned(fn *ast.FuncDecl) {
	if fn.Type.Results == nil || fn.Body == nil {
		return
	}
	at, found := 0, -1
	for _, field := range fn.Type.Results.List {
		for _, name := range field.Names {
			if name.Name == "code" {
				found = at
			}
			at++
		}
	}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if _, inner := n.(*ast.FuncLit); inner {
			return false
		}
		if r, ok := n.(*ast.ReturnStmt); ok && found >= 0 && len(r.Results) == at {
			s.note(r.Results[found], ast.NewIdent("elsewhere"))
		}
		return true
	})
}

// note keeps a place; params is nil when there are none.
func (s *source) note(code, params ast.Expr) {
	lit, ok := code.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return
	}
	word, err := strconv.Unquote(lit.Value)
	if err != nil || word == "" {
		return
	}
	p := s.fset.Position(lit.Pos())
	u := use{where: p.Filename + ":" + strconv.Itoa(p.Line)}
	switch params := params.(type) {
	case nil:
		u.known = true
	case *ast.Ident:
		u.known = params.Name == "nil"
	case *ast.CompositeLit:
		u.known = true
		for _, e := range params.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				if key, ok := kv.Key.(*ast.BasicLit); ok {
					name, _ := strconv.Unquote(key.Value)
					u.params = append(u.params, name)
				}
			}
		}
	}
	s.used[word] = append(s.used[word], u)
}

// packError reports a code that is used in package meta only and has its
// sentence there, in a map literal from code to words.
func (s *source) packError(code string) bool {
	if s.packs == nil {
		s.packs = map[string]bool{}
		for _, f := range s.files {
			if filepath.Base(f.pkg) == "meta" {
				s.sentencesOfPacks(f.tree)
			}
		}
	}
	for _, u := range s.used[code] {
		if !strings.HasPrefix(filepath.ToSlash(u.where), "../meta/") {
			return false
		}
	}
	return s.packs[code]
}

func (s *source) sentencesOfPacks(tree *ast.File) {
	ast.Inspect(tree, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Names) != 1 || spec.Names[0].Name != "sentences" || len(spec.Values) != 1 {
			return true
		}
		if lit, ok := spec.Values[0].(*ast.CompositeLit); ok {
			for _, e := range lit.Elts {
				if kv, ok := e.(*ast.KeyValueExpr); ok {
					if key, ok := kv.Key.(*ast.BasicLit); ok {
						code, _ := strconv.Unquote(key.Value)
						s.packs[code] = true
					}
				}
			}
		}
		return true
	})
}
