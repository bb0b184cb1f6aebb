package config

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// entry is a value of the YAML file under the dotted path of its keys.
type entry struct {
	name   string
	values []string
	list   bool
	line   int
}

// file is the YAML file, flattened. Its zero value is no file.
type file struct {
	path    string
	entries map[string]entry
	order   []string // names in the order in which they stand in the file
}

// readFile reads the file at path. Mistakes in its form are returned as lines
// that name the place; which names there are is not looked at here.
func readFile(path string) (file, []string) {
	f := file{path: path, entries: make(map[string]entry)}
	data, err := os.ReadFile(path)
	if err != nil {
		return f, []string{fmt.Sprintf("--config %q: must be a file that can be read: %v", path, errors.Unwrap(err))}
	}
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		return f, []string{f.syntax(err)}
	}
	if len(tree.Docs) > 1 {
		return f, []string{path + ": must hold one YAML document"}
	}
	w := walker{file: f}
	for _, doc := range tree.Docs {
		if doc.Body != nil {
			w.walk(nil, 1, doc.Body)
		}
	}
	return w.file, w.mistakes
}

// syntax words an error of the parser without the lines around it, which may
// hold secrets.
func (f *file) syntax(err error) string {
	if placed, ok := errors.AsType[yaml.Error](err); ok && placed.GetToken() != nil {
		return fmt.Sprintf("%s: %s", f.place(placed.GetToken().Position.Line), placed.GetMessage())
	}
	return f.path + ": is not YAML"
}

func (f *file) place(line int) string {
	return fmt.Sprintf("%s line %d", f.path, line)
}

// walker flattens the tree of a file.
type walker struct {
	file
	mistakes []string
}

func (w *walker) wrong(line int, format string, args ...any) {
	w.mistakes = append(w.mistakes, w.place(line)+": "+fmt.Sprintf(format, args...))
}

// walk takes in the value under path, whose key stands on line.
func (w *walker) walk(path []string, line int, node ast.Node) {
	switch n := node.(type) {
	case *ast.MappingNode:
		for _, pair := range n.Values {
			w.walkPair(path, pair)
		}
	case *ast.MappingValueNode:
		w.walkPair(path, n)
	case *ast.NullNode, *ast.CommentGroupNode:
		// A key without a value is not set.
	case *ast.SequenceNode:
		values := make([]string, 0, len(n.Values))
		for _, item := range n.Values {
			value, ok := scalar(item)
			if !ok {
				w.wrong(line, "a list may hold plain values only")
				return
			}
			values = append(values, value)
		}
		w.add(path, line, values, true)
	default:
		value, ok := scalar(node)
		if !ok {
			w.wrong(line, "anchors, aliases and tags are not supported")
			return
		}
		w.add(path, line, []string{value}, false)
	}
}

func (w *walker) walkPair(path []string, pair *ast.MappingValueNode) {
	line := pair.Key.GetToken().Position.Line
	key, ok := scalar(pair.Key)
	if !ok {
		w.wrong(line, "a key must be a plain name")
		return
	}
	w.walk(append(path[:len(path):len(path)], key), line, pair.Value)
}

func (w *walker) add(path []string, line int, values []string, list bool) {
	name := strings.Join(path, ".")
	if name == "" {
		w.wrong(line, "must hold keys and values")
		return
	}
	if _, twice := w.entries[name]; twice {
		w.wrong(line, "%q is set twice", name)
		return
	}
	w.entries[name] = entry{name: name, values: values, list: list, line: line}
	w.order = append(w.order, name)
}

// scalar returns the text of a plain value, as it is written for numbers and
// truth values, and false for anything else.
func scalar(node ast.Node) (string, bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	return "", false
}
