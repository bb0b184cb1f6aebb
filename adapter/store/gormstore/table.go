package gormstore

import (
	"fmt"
	"reflect"
	"strings"
	"sync"

	"gorm.io/gorm/schema"
)

// table knows the columns of the row type R, in the order of its fields, as GORM reads them from its tags.
type table[R any] struct {
	name    string
	columns []string
	fields  [][]int // of R, for each column
}

// tableOf reads R's tags. It panics when GORM cannot.
func tableOf[R any]() table[R] {
	parsed, err := schema.Parse(new(R), &sync.Map{}, schema.NamingStrategy{})
	if err != nil {
		panic(fmt.Sprintf("gormstore: %v", err))
	}
	t := table[R]{name: parsed.Table}
	for _, field := range parsed.Fields {
		t.columns = append(t.columns, field.DBName)
		t.fields = append(t.fields, field.StructField.Index)
	}
	return t
}

// of are the columns with the table's alias before them.
func (t table[R]) of(alias string) []string {
	columns := make([]string, len(t.columns))
	for i, column := range t.columns {
		columns[i] = alias + "." + column
	}
	return columns
}

// selects reads all columns of the rows that meet the condition.
func (t table[R]) selects(doing, where string) *statement {
	return selecting(doing, t.columns, "FROM "+t.name+" WHERE "+where)
}

// inserts is an INSERT of n rows with the columns from the given one on.
func (t table[R]) inserts(from, n int) string {
	row := "(" + marks(len(t.columns)-from) + ")"
	return "INSERT INTO " + t.name + " (" + strings.Join(t.columns[from:], ", ") + ") VALUES " +
		strings.TrimSuffix(strings.Repeat(row+", ", n), ", ")
}

// updates is an UPDATE of all columns but the first, which are the key.
func (t table[R]) updates(key int) string {
	return "UPDATE " + t.name + " SET " + strings.Join(t.columns[key:], " = ?, ") + " = ? WHERE " +
		strings.Join(t.columns[:key], " = ? AND ") + " = ?"
}

// into is where a row of all columns is scanned to.
func (t table[R]) into(row *R) []any {
	value := reflect.ValueOf(row).Elem()
	into := make([]any, len(t.fields))
	for i, field := range t.fields {
		into[i] = value.FieldByIndex(field).Addr().Interface()
	}
	return into
}

// inserted are a row's values in the order of inserts(from, 1).
func (t table[R]) inserted(row *R, from int) []any { return t.values(row, t.fields[from:]) }

// updated are a row's values in the order of updates(key).
func (t table[R]) updated(row *R, key int) []any {
	return t.values(row, t.fields[key:], t.fields[:key])
}

func (t table[R]) values(row *R, parts ...[][]int) []any {
	value := reflect.ValueOf(row).Elem()
	values := make([]any, 0, len(t.fields))
	for _, part := range parts {
		for _, field := range part {
			values = append(values, value.FieldByIndex(field).Interface())
		}
	}
	return values
}
