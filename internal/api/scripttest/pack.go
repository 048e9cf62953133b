package scripttest

import (
	"context"
	"io/fs"
	"os"

	"kedang/internal/api/apitest"
	"kedang/internal/db"
	"kedang/internal/errs"
	"kedang/internal/meta"
)

// Pack runs test.txt of the last of the packs, over an SQLite database of its
// own that is gone afterwards. It answers what did not hold. Errors: Invalid
// bad_pack; NotFound when the pack has no test.txt.
func Pack(ctx context.Context, packs []meta.Source) (failures []Failure, err error) {
	defer errs.Wrap(&err, "scripttest.Pack")
	if len(packs) == 0 {
		return nil, errs.NotFoundf("pack", "")
	}
	last := packs[len(packs)-1]
	text, err := fs.ReadFile(last.FS, "test.txt")
	if err != nil {
		return nil, &errs.Error{Kind: errs.NotFound, Code: "not_found", Params: errs.Params{"what": "test.txt", "id": last.Name}, Err: err}
	}
	script, err := Parse(last.Name+"/test.txt", string(text))
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "kedang-pack-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	d, err := db.Open(ctx, db.Config{Dir: dir, NoSync: true})
	if err != nil {
		return nil, err
	}
	defer d.Close()
	c, err := apitest.Open(ctx, apitest.Options{DB: d, Dir: dir, Packs: packs})
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return script.Run(ctx, c, last.FS), nil
}
