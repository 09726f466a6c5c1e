package leiningen

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want Project
	}{
		"the HDInsight sample's kind": {`
(defproject wordcount "0.1.0-SNAPSHOT"
  :description "Counts \"words\" \u0041 {"
  :dependencies [[org.clojure/clojure "1.5.1"] #_[left/out "1"]
                 [org.apache.storm/storm-core "0.9.1-incubating"]] ; and { more
  :jar-exclusions     [#"log4j\.properties" #"a\"b\\" #"backtype" #"META-INF"]
  :uberjar-exclusions [#"\{"]
  :main ^:skip-aot wordcount.core
  :target-path "target/%s"
  :profiles {:uberjar {:aot :all}})`,
			Project{Name: "wordcount", Version: "0.1.0-SNAPSHOT", Main: "wordcount.core", SourcePaths: []string{"src"}, ResourcePaths: []string{"resources"},
				Dependencies: []Dependency{{"org.clojure/clojure", "1.5.1"}, {"org.apache.storm/storm-core", "0.9.1-incubating"}}}},
		"streamparse's template": {`(defproject {{ project_name }} "0.0.1-SNAPSHOT"
  :source-paths ["topologies"]
  :resource-paths ["_resources"]
  :min-lein-version "2.0.0"
  :dependencies  [[org.apache.storm/storm-core "0.9.5"]
                  [com.parsely/streamparse "0.0.4-SNAPSHOT"]])`, Project{}},
		"much that is not EDN": {`#!/usr/bin/env lein
(def version ` + "`" + `(~'a ~@b @c #'d \( \newline 0x1F 1/2 017 1e3 -2.5M 3N ##Inf foo/bar/baz a' :: ::k :a/b))
#?(:clj 1 :cljs 2) #?@(:clj [3])
(defproject ^{:doc "x"} ^:a my.group/the-project ~(str version "!")
  :plugins [[lein-cloverage "1.0"]] :repositories {"x" {:url "http://x/" :username [:gpg :env/user]}}
  [:odd key] {[1 2] 3, nil 4, #{1 1} 5} :fn #(str % "]" %1 #"}") :eval #=(+ 1 2) :time #inst "2020-01-01" :ns #:a{:b 1}
  :source-paths ["src/clj" "src/main"] :main nil
  :profiles {:dev [:x :y] :provided {:dependencies ^:replace [[org.apache.storm/storm-client ~v :exclusions [a b]]]}}
  :dependencies [[org.apache.storm/storm-clojure #=(str "2")] not-one [storm "0.8.2"] [foo.bar/9a "1"]])`,
			Project{Name: "the-project", SourcePaths: []string{"src/clj", "src/main"}, ResourcePaths: []string{"resources"},
				Dependencies: []Dependency{{"org.apache.storm/storm-clojure", ""}, {"storm", "0.8.2"}, {"foo.bar/9a", "1"}, {"org.apache.storm/storm-client", ""}}}},
	} {
		got, err := parse(c.text)
		if reflect.DeepEqual(c.want, Project{}) {
			if err == nil {
				t.Errorf("%s: want an error, got %+v", name, got)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !reflect.DeepEqual(*got, c.want) {
			t.Errorf("%s:\n%+v, want\n%+v", name, *got, c.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                            "no defproject",
		"(defproject a":               `line 1: a ')' is missing`,
		"(defproject a \"1\"\n :x [}": `line 2: a '}' where a ']' is wanted`,
		")":                           "line 1: a ')' closes nothing",
		"(defproject a \"1\" :s \"x":  "line 1: a string is not closed",
		`(defproject a "1" :source-paths ~paths)`:      ":source-paths is not a list of strings",
		`(defproject a "1" :resource-paths [~x "a"])`:  ":resource-paths is not a list of strings",
		`(defproject a "1" :source-paths [(str "a")])`: ":source-paths is not a list of strings",
	} {
		if _, err := parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`(defproject a "1" :main ^:skip-aot b.c :x [#"\"" ~y 'z {1 2} #{3}] :d \a)`)
	f.Add("#?(:clj [\\( `(~@x)])")
	f.Fuzz(func(t *testing.T, text string) {
		start := time.Now()
		p, err := parse(text)
		if took := time.Since(start); took > 5*time.Second && len(text) < 1<<16 {
			t.Errorf("it took %s", took)
		}
		if err == nil && (len(p.SourcePaths) == 0 || len(p.ResourcePaths) == 0) {
			t.Errorf("%+v", p)
		}
	})
}
