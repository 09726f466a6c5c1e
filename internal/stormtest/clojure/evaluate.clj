;; Evaluates generated Clojure files with real Clojure and Storm's own DSL. The answer is the topology that they build.
;;
;; A question is a line of words: KIND NAMESPACE FUNCTION SOURCE and perhaps DEFINITION for each JVM object. The source is
;; in base64. A definition is three words in base64 with a colon in front of the second and third: ROLE:KEY:TEXT. The
;; answer is a line of JSON: {"topology": ..., "conf": ..., "local": ..., "expected": ...} or {"exception": text}. The
;; process ends at the end of the input.
;; "expected" shows the objects that the runtime adapter makes of the definitions, by their keys.
;; KIND is storm (org.apache.storm), backtype (backtype.storm) or streamparse (backtype.storm, by streamparse's way of
;; loading). For the KIND object, the function makes one object, and the answer is {"object": ..., "expected": ...}. The
;; library is the one in the classpath. This file runs on Clojure 1.5 and later.
(ns evaluate
  (:require [clojure.string :as string])
  (:import [java.io BufferedReader ByteArrayInputStream InputStreamReader ObjectInputStream PrintStream
            FileOutputStream FileDescriptor StringReader]
           [java.util Base64]))

(defn- json-string [^String s]
  (let [b (StringBuilder. "\"")]
    (doseq [c s]
      (let [n (int c)]
        (cond
          (or (= n 34) (= n 92)) (.append b (str \\ c))
          (or (< n 32) (> n 126)) (.append b (format "\\u%04x" n))
          :else (.append b c))))
    (str (.append b "\""))))

(defn- json [v]
  (cond
    (nil? v) "null"
    (instance? Boolean v) (str v)
    (number? v) (str v)
    (instance? java.util.Map v) (str "{" (string/join "," (for [[k x] v] (str (json-string (str k)) ":" (json x)))) "}")
    (instance? java.util.Collection v) (str "[" (string/join "," (map json v)) "]")
    (string? v) (json-string v)
    ;; A keyword or symbol in a configuration would be a mistake: show its type.
    :else (json-string (str (class v) " " v))))

(defn- field
  "The value of an object's field, in whatever superclass it is; its name may begin with an underscore."
  [object names]
  (loop [c (class object)]
    (if-let [f (first (filter #(names (.getName ^java.lang.reflect.Field %)) (.getDeclaredFields ^Class c)))]
      (do (.setAccessible ^java.lang.reflect.Field f true)
          (.get ^java.lang.reflect.Field f object))
      (recur (.getSuperclass ^Class c)))))

(defn- deserialize [^bytes data]
  (.readObject (ObjectInputStream. (ByteArrayInputStream. data))))

(declare dump)

(defn- fields [seen object]
  (for [^Class c (take-while #(and % (not= % Object)) (iterate #(.getSuperclass ^Class %) (class object)))
        ^java.lang.reflect.Field f (sort-by #(.getName ^java.lang.reflect.Field %) (.getDeclaredFields c))
        :when (not (java.lang.reflect.Modifier/isStatic (.getModifiers f)))]
    (do (.setAccessible f true)
        (str (.getName f) "=" (dump seen (.get f object))))))

(defn- dump
  "The state of an object as text, with the classes of all values. Objects that are used more than once have numbers."
  [^java.util.IdentityHashMap seen v]
  (let [type-name (when-not (nil? v) (.getName (class v)))
        all (fn [items] (str "[" (string/join ", " (doall (map #(dump seen %) items))) "]"))]
    (cond
      (nil? v) "null"
      (or (instance? Enum v) (instance? Class v)) (str type-name " " v)
      (.isArray (class v)) (str type-name (all (seq v)))
      (instance? java.util.Map v) (str type-name (all (mapcat (fn [e] [(key e) (val e)]) v)))
      (instance? java.util.Collection v) (str type-name (all v))
      (re-find #"^(java|javax|jdk|sun)\." type-name) (str type-name " " v)
      (.get seen v) (str "#" (.get seen v))
      :else (let [n (inc (.size seen))]
              (.put seen v n)
              (str "#" n " " (string/replace type-name #"\$\$Lambda.*" "") "{" (string/join " " (doall (fields seen v))) "}")))))

(defn- shown [object] (dump (java.util.IdentityHashMap.) object))

(defn- serialize [object]
  (let [out (java.io.ByteArrayOutputStream.)]
    (doto (java.io.ObjectOutputStream. out) (.writeObject object) .flush)
    (.toByteArray out)))

(defn- adapter-class ^Class [simple] (Class/forName (str "stormflux.runtime." simple)))

(defn- invoke-static [simple method & args]
  (let [^java.lang.reflect.Method m (first (filter #(= method (.getName ^java.lang.reflect.Method %)) (.getDeclaredMethods (adapter-class simple))))]
    (.setAccessible m true)
    (.invoke m nil (object-array args))))

(defn- built
  "The object that the runtime adapter makes of a definition. A bolt is wrapped as on a worker."
  [role definition checkpoints?]
  (let [object (.build (.newInstance (.getConstructor (adapter-class "Definition") (into-array Class [String])) (object-array [definition])))]
    (if (= role "bolt")
      (invoke-static "Executors" "of" object (invoke-static "Executors" "kind" object) (boolean checkpoints?))
      object)))

(defn- expected [definitions checkpoints?]
  (into {} (for [[role k definition] definitions]
             [k (shown (deserialize (if (= role "serialized")
                                      (.decode (Base64/getDecoder) ^String definition)
                                      (serialize (built role definition checkpoints?)))))])))

(defn- code [object]
  (if (.is_set_shell object)
    {"command" [(.get_execution_command (.get_shell object)) (.get_script (.get_shell object))]}
    (let [made (deserialize (.get_serialized_java object))]
      (if (re-find #"\.clojure\.RichShell(Bolt|Spout)$" (.getName (class made)))
        {"command" (vec (field made #{"_command" "command"}))}
        {"object" (shown made)}))))

(defn- grouping [g]
  (let [kind (.getFieldName (.getSetField g))]
    {"grouping" kind
     "fields" (when (= kind "fields") (vec (.get_fields g)))
     "object" (when (= kind "custom_serialized") (shown (deserialize (.get_custom_serialized g))))
     "partialKey" (when (= kind "custom_serialized")
                    (let [object (deserialize (.get_custom_serialized g))]
                      (if (.endsWith (.getName (class object)) ".grouping.PartialKeyGrouping")
                        (vec (.toList (field object #{"fields"})))
                        [(str "not a partial-key grouping: " object)])))}))

(defn- component [kind object common]
  (merge (code object)
  {"kind" kind
   "parallelism" (if (.is_set_parallelism_hint common) (.get_parallelism_hint common) 1)
   "conf" (if (.is_set_json_conf common) (.get_json_conf common) "{}")
   "streams" (into {} (for [[id info] (.get_streams common)]
                        [id {"fields" (vec (.get_output_fields info)) "direct" (.is_direct info)}]))
   "inputs" (vec (for [[id g] (.get_inputs common)]
                   (merge {"from" (.get_componentId id) "stream" (.get_streamId id)} (grouping g))))}))

(defn- described [topology]
  (into {} (concat
             (for [[id s] (.get_spouts topology)] [id (component "spout" (.get_spout_object s) (.get_common s))])
             (for [[id b] (.get_bolts topology)] [id (component "bolt" (.get_bolt_object b) (.get_common b))]))))

(def ^:private recording-cluster
  "Makes a local cluster that delivers what is submitted and that it was shut down, for the DSL's package."
  (memoize
    (fn [package]
      (eval `(fn [submitted# down#]
               (proxy [~(symbol (str package ".ILocalCluster"))] []
                 (~'submitTopology [name# conf# topology#]
                   (deliver submitted# [name# conf# topology#])
                   nil)
                 (~'shutdown [] (deliver down# true))))))))

(defn- local-run
  "What -main without arguments gives to its local cluster, which is replaced by one that records, and whether it was shut down."
  [library ns-sym]
  (let [submitted (promise)
        down (promise)
        cluster (recording-cluster (string/replace (str library) #"\.clojure$" ""))
        local (ns-resolve library 'local-cluster)
        old @local]
    (alter-var-root local (constantly (fn [] (cluster submitted down))))
    (try
      (let [main (ns-resolve ns-sym '-main)
            runner (Thread. (fn [] (try (main) (catch InterruptedException e nil))))]
        (.start runner)
        (let [[name conf topology] (deref submitted 60000 nil)]
          (.interrupt runner)
          (.join runner 60000)
          {"name" name "conf" conf "topology" (described topology) "shutdown" (deref down 1000 false)}))
      (finally
        (alter-var-root local (constantly old))))))

(defn- hooks [topology]
  (when-let [^java.lang.reflect.Method getter (first (filter #(= "get_worker_hooks" (.getName ^java.lang.reflect.Method %)) (.getMethods (class topology))))]
    (vec (for [^java.nio.ByteBuffer b (.invoke getter topology (object-array 0))]
           (shown (deserialize (.array b)))))))

(defn- causes [^Throwable e]
  (string/join "; caused by " (map str (take-while identity (iterate #(.getCause ^Throwable %) e)))))

(defmacro ^:private or-exception [form]
  `(try ~form (catch Throwable e# (str "exception: " (causes e#)))))

(defn- evaluate-object
  "Makes one object that is not a part of a topology."
  [ns-name function source definitions]
  (try
    {"object" (or-exception
                (do (binding [*ns* (create-ns 'user)]
                      (clojure.lang.Compiler/load (StringReader. source) ns-name (str ns-name ".clj")))
                    (shown ((ns-resolve (symbol ns-name) (symbol function))))))
     "expected" (into {} (for [[role k definition] definitions]
                           [k (or-exception (shown (built role definition false)))]))}
    (finally
      (remove-ns (symbol ns-name)))))

(defn- evaluate [kind ns-name function source definitions]
  (let [last-var (binding [*ns* (create-ns 'user)]
                   (clojure.lang.Compiler/load (StringReader. source) ns-name (str ns-name ".clj")))
        ns-sym (symbol ns-name)]
    (try
      (if (= kind "streamparse")
        (let [topology (ns-resolve 'backtype.storm.clojure 'topology)
              maps (last-var {})]
          (when-not (= (str (:name (meta last-var))) function)
            (throw (IllegalStateException. (str "the last var is " last-var))))
          {"topology" (described (apply topology maps))
           "expected" (expected definitions false)})
        (let [library (symbol (if (= kind "storm") "org.apache.storm.clojure" "backtype.storm.clojure"))
              topology ((ns-resolve ns-sym (symbol function)))
              components (described topology)]
          {"topology" components
           "hooks" (hooks topology)
           "expected" (expected definitions (components "$checkpointspout"))
           "conf" @(ns-resolve ns-sym 'conf)
           "local" (local-run library ns-sym)}))
      (finally
        (remove-ns ns-sym)))))

(let [answers (PrintStream. (FileOutputStream. FileDescriptor/out) false "UTF-8")
      questions (BufferedReader. (InputStreamReader. System/in "UTF-8"))]
  (System/setOut System/err)
  (loop []
    (when-let [line (.readLine questions)]
      (let [[kind ns-name function source & definitions] (string/split line #" ")
            decoded (fn [^String text] (String. (.decode (Base64/getDecoder) text) "UTF-8"))
            answer (try
                     (let [definitions (for [d definitions] (map decoded (string/split d #":")))]
                       (if (= kind "object")
                         (evaluate-object ns-name function (decoded source) definitions)
                         (evaluate kind ns-name function (decoded source) definitions)))
                     (catch Throwable e
                       {"exception" (causes e)}))]
        (.println answers ^String (json answer))
        (.flush answers))
      (recur)))
  (shutdown-agents))
