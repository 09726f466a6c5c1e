(defproject wordcount "0.1.0-SNAPSHOT"
  :description "A Storm topology, written in wordcount.yaml: stormflux emit-clj wordcount.yaml --project ."
  :dependencies [[org.clojure/clojure "1.10.3"]
                 ;; Carbonite serializes Clojure's own values. Components that are programs have none, and carbonite is
                 ;; only on Clojars. If you add bolts in Clojure, remove this exclusion and :uberjar-merge-with.
                 [org.apache.storm/storm-clojure "2.8.3"
                  :exclusions [org.clojars.bipinprasad/carbonite com.esotericsoftware/kryo]]]
  :main ^:skip-aot wordcount.core
  :target-path "target/%s"
  ;; Without carbonite, a worker must not find the class that registers it.
  :uberjar-merge-with ^:replace {#"SerializationRegister$" [(constantly "") str spit]
                                 #"^META-INF/services/" [slurp str spit]}
  :profiles {:uberjar {:aot :all}
             ;; The cluster has these classes, so they are not in the jar.
             :provided {:dependencies [[org.apache.storm/storm-client "2.8.3"]]}
             ;; For the local cluster of `lein run`. Its workers find the class that registers carbonite.
             :dev {:dependencies [[org.apache.storm/storm-server "2.8.3"
                                   :exclusions [org.slf4j/slf4j-reload4j]]
                                  [org.clojars.bipinprasad/carbonite "1.6.0"
                                   :exclusions [com.esotericsoftware/kryo]]]}})
