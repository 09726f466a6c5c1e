;; Replaces com.parsely/streamparse, which is not on Maven Central. It has the two functions that a topology file uses.
;; As in streamparse 2.0.2, both run `PYTHON -m streamparse.run CLASS`.
(ns streamparse.specs
  (:require [backtype.storm.clojure :as storm]))

(defn- run-by [options class-name]
  [(get options "topology.python.path" "python") "-m" "streamparse.run" class-name])

(defn python-spout-spec [options class-name & more]
  (apply storm/shell-spout-spec (run-by options class-name) more))

(defn python-bolt-spec [options inputs class-name & more]
  (apply storm/shell-bolt-spec inputs (run-by options class-name) more))
