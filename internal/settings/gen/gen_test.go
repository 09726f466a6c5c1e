package main

import (
	"os"
	"slices"
	"strings"
	"testing"
)

func TestConstants(t *testing.T) {
	list, err := constants("Config.java", `
public class Config extends HashMap<String, Object> {
    /* public static final String GONE = "in.a.comment"; */
    @IsInteger
    @IsPositiveNumber(includeZero = true)
    public static final String A = "a.key"; // "not this"
    @IsString(acceptedValues = { "S0", "S1" }) @NotNull
    public static final String B =
        "b." + "key";
    @IsMapEntryCustom(keyValidatorClasses = { ConfigValidation.StringValidator.class },
        valueValidatorClasses = { ConfigValidation.ImpersonationAclUserEntryValidator.class })
    public static final String C = "c";
    @IsString
    public static String D = "not.final";
    @IsExactlyOneOf(valueValidatorClasses = { ListOfListOfStringValidator.class, RasConstraintsTypeValidator.class })
    @Deprecated(forRemoval = true)
    public static final String E = "e";
    public static final String OLD = "old";
    public static final Object OLD_SCHEMA = ConfigValidation.PositiveIntegerValidator;
    @IsImplementationOfClass(implementsClass = Other.class)
    public static final String AGAIN = Config.A;
}`)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range list {
		checks, err := c.checks()
		if err != nil {
			t.Error(err)
		}
		got = append(got, c.name+" "+c.key+" "+strings.Join(checks, ","))
	}
	want := []string{"A a.key int,positive0", "B b.key string=S0|S1,notnull", "C c impersonation", "D not.final ", "E e ras-constraints", "OLD old int,positive"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if !list[4].deprecated() || list[0].deprecated() {
		t.Error("only E is deprecated")
	}
	for _, text := range []string{`@IsNew public static final String A = "a";`, `@IsString(new = 1) public static final String A = "a";`} {
		list, err := constants("Config.java", text)
		if err != nil {
			t.Fatal(err)
		}
		if names, err := list[0].checks(); err == nil {
			t.Errorf("%s: %q", text, names)
		}
	}
}

// TestOfDaemon holds what counts as a read of a topology's configuration.
func TestOfDaemon(t *testing.T) {
	for _, c := range []struct {
		file, before, key string
		want              bool
	}{
		{"storm-server/src/main/java/org/apache/storm/daemon/nimbus/Nimbus.java", "int n = ObjectReader.getInt(conf.get(", "nimbus.x", true},
		{"storm-server/src/main/java/org/apache/storm/daemon/supervisor/Container.java", "if (topoConf.get(", "logs.users", false},
		{"storm-client/src/jvm/org/apache/storm/daemon/worker/Worker.java", "(Integer) conf.get(", "task.refresh.poll.secs", true},
		{"storm-client/src/jvm/org/apache/storm/daemon/worker/Worker.java", "topologyConf.get(", "task.refresh.poll.secs", false},
		{"storm-client/src/jvm/org/apache/storm/utils/NimbusClient.java", "conf.get(", "nimbus.seeds", false},
		{"storm-client/src/jvm/org/apache/storm/security/auth/ThriftConnectionType.java", "NIMBUS(", "nimbus.thrift.threads", true},
		{"storm-client/src/jvm/org/apache/storm/security/auth/ThriftConnectionType.java", "NIMBUS(", "nimbus.thrift.port", false},
		{"external/storm-kafka-client/src/main/java/org/apache/storm/kafka/Spout.java", "conf.get(", "a.key", false},
	} {
		if got := ofDaemon(c.file, c.before, c.key); got != c.want {
			t.Errorf("%s: %s%s is a daemon's: %t", c.file, c.before, c.key, got)
		}
	}
}

// TestTable compares the table with Storm's sources, on a machine that has them.
func TestTable(t *testing.T) {
	dir := os.Getenv("STORM_GIT")
	if dir == "" {
		t.Skip("STORM_GIT does not name a Git directory of Storm")
	}
	h, err := readHistory(t.Context(), repository{dir})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := h.rows()
	if err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile("../settings.tsv")
	if err != nil {
		t.Fatal(err)
	}
	if string(table) != header+rows {
		t.Error("settings.tsv is out of date: run STORM_GIT=DIR go generate ./internal/settings")
	}
}
