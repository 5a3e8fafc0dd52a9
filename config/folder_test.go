package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// loadFolder loads a folder with some files in a house of its own. Names of
// diagnostics' files, and in their details, are below the folder.
func loadFolder(t *testing.T, files map[string]string) (*Config, []string) {
	t.Helper()
	dir := house(t)
	for name, src := range files {
		write(t, dir, name, []byte(src))
	}
	c, diags := Load(dir)
	var got []string
	for _, d := range diags {
		at := ""
		if d.Subject != nil {
			at = d.Subject.String() + ": "
		}
		got = append(got, strings.ReplaceAll(at+d.Summary+" | "+d.Detail, dir+"/", ""))
	}
	return c, got
}

func TestAFolderIsOneConfiguration(t *testing.T) {
	c, diags := loadFolder(t, map[string]string{
		"10-node.hcl":      `node "edge" {}`,
		"20-models.hcl":    "model \"tiny\" {\n  path = \"tiny.onnx\"\n}",
		"30-b.hcl":         `tenant "b" {}`,
		"30-a.hcl":         `tenant "a" {}`,
		".hidden.hcl":      `tenant "hidden" {}`,
		"30-a.hcl~":        `tenant "backup" {}`,
		"#30-a.hcl#":       `tenant "lock" {}`,
		"notes.txt":        "Not read.",
		"folder/other.hcl": `tenant "deeper" {}`,
	})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	var names []string
	for _, tenant := range c.Tenants {
		names = append(names, tenant.Name)
	}
	if diff := cmp.Diff([]string{"a", "b"}, names); diff != "" {
		t.Errorf("tenants by file (-want +got):\n%s", diff)
	}
	if len(c.Files) != 4 || c.Model("tiny") == nil || c.Node.Name != "edge" {
		t.Errorf("configuration %+v", c)
	}
}

func TestErrorsOfAllFilesOfAFolder(t *testing.T) {
	_, diags := loadFolder(t, map[string]string{
		"a.hcl": "node \"edge\" {}\nlog {}\nmodel \"tiny\" {\n  path = \"tiny.onnx\n}",
		"b.hcl": "log {\n  level = \"loud\"\n}\ntenant \"camera\" {\n  model = \"tine\"\n}\nnode \"edge\" {}",
		"c.hcl": "tenant \"camera\" {\n  share = 0\n}\nmodel \"tiny\" {\n  path = \"absent.onnx\"\n}",
		"d.hcl": "tenant {",
	})
	want := []string{
		`a.hcl:4,10-20: Missing quote | A text stands in quotes: write path = "tiny.onnx".`,
		`b.hcl:1,1-4: Duplicate log block | Another log block stands in a.hcl at line 2. Keep one of them.`,
		`b.hcl:5,11-17: Unknown model | "tine" is the name of no model. Did you mean "tiny"?`,
		`b.hcl:7,1-12: Duplicate node block | Another node block stands in a.hcl at line 1. Keep one of them.`,
		`c.hcl:1,8-16: Duplicate tenant name | The tenant in b.hcl at line 4 is called "camera" already. Give this one another name.`,
		`c.hcl:2,11-12: Invalid share | share is a number from 0.001 to 1000000, not 0. Only the ratio of shares counts; take out a tenant that is not to be served. Write for instance share = 2.`,
		`c.hcl:4,7-13: Duplicate model name | The model in a.hcl at line 3 is called "tiny" already. Give this one another name.`,
		`c.hcl:5,10-23: No such file | There is no such file: absent.onnx. Write a path that starts at the folder of this configuration file, or at /.`,
		`d.hcl:1,1-7: Missing name | A tenant block has a name. Write for instance tenant "door-camera" { ... }.`,
		`d.hcl:1,1-7: Missing brace | Nothing closes this block. Write } on a line of its own at the end of the file.`,
	}
	if diff := cmp.Diff(want, diags); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPathsOfAFolderStartThere(t *testing.T) {
	outer := t.TempDir()
	if err := os.CopyFS(filepath.Join(outer, "conf"), os.DirFS(house(t))); err != nil {
		t.Fatal(err)
	}
	t.Chdir(outer)
	write(t, outer, "conf/all.hcl", []byte("node \"edge\" {}\ntenant \"camera\" {}\nmodel \"tiny\" {\n  path = \"tiny.onnx\"\n}\nruntime {\n  library = \"lib.so\"\n}"))
	for path, want := range map[string]string{"conf": "conf/tiny.onnx", "conf/": "conf/tiny.onnx", "./conf/all.hcl": "conf/tiny.onnx"} {
		c, diags := Load(path)
		if len(diags) > 0 {
			t.Fatal(diags)
		}
		if c.Models[0].Files[0] != want || c.Runtime.Library != "conf/lib.so" {
			t.Errorf("%s: %s and %s", path, c.Models[0].Files[0], c.Runtime.Library)
		}
	}
}

// What may stand in a file that cannot be read is not missed.
func TestAFileThatCannotBeRead(t *testing.T) {
	_, diags := loadFolder(t, map[string]string{
		"a.hcl":     "node \"edge\" {}\ntenant \"camera\" {\n  model = \"tiny\"\n}",
		"b.hcl/c":   "a folder",
		"large.hcl": strings.Repeat("#", maxSource+1),
	})
	want := []string{
		"Cannot read the configuration | b.hcl: is a directory. Make it readable, or name another path.",
		"Cannot read the configuration | The file large.hcl is larger than 512 KiB: not the file that is meant. Make it readable, or name another path.",
	}
	if diff := cmp.Diff(want, diags); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAFolderWithoutConfiguration(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "notes.txt", nil)
	_, diags := Load(dir)
	want := dir + " is a folder without a file whose name ends in .hcl. All such files of a folder make up one configuration: write one, for instance " +
		dir + "/delen.hcl, or name a file."
	if len(diags) != 1 || diags[0].Detail != want {
		t.Errorf("%v", diags)
	}
}
