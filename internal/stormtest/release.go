package stormtest

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"text/template"
)

// Releases returns the releases of Storm that are on Maven Central, the oldest first: of the release lines before 2.0 the
// last one only.
func Releases() []string {
	return []string{
		"0.9.7", "0.10.2", "1.0.6", "1.1.3", "1.2.4", "2.0.0", "2.1.0", "2.1.1", "2.2.0", "2.2.1", "2.3.0", "2.4.0", "2.5.0",
		"2.6.0", "2.6.1", "2.6.2", "2.6.3", "2.6.4", "2.7.0", "2.7.1", "2.8.0", "2.8.1", "2.8.2", StormVersion,
	}
}

// releasePOM names one jar, taken alone: its dependencies cannot be resolved for every release.
var releasePOM = template.Must(template.New("release").Parse(`<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>stormflux.test</groupId>
  <artifactId>release</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <repositories>
    <repository>
      <id>clojars</id>
      <url>https://disabled.invalid</url>
      <releases><enabled>false</enabled></releases>
      <snapshots><enabled>false</enabled></snapshots>
    </repository>
  </repositories>
  <build>
    <plugins>
      <plugin>
        <groupId>org.apache.maven.plugins</groupId>
        <artifactId>maven-dependency-plugin</artifactId>
        <version>2.10</version>
        <configuration>
          <artifactItems>
            <artifactItem><groupId>org.apache.storm</groupId><artifactId>{{.Artifact}}</artifactId><version>{{.Version}}</version></artifactItem>
          </artifactItems>
        </configuration>
      </plugin>
    </plugins>
  </build>
</project>
`))

// ReleaseJar returns the folder with the one jar of a release that has Storm's API: storm-client, or storm-core before
// 2.0. See [Jars] for the folder.
func ReleaseJar(ctx context.Context, version string) (string, error) {
	artifact := "storm-client"
	if strings.HasPrefix(version, "0.") || strings.HasPrefix(version, "1.") {
		artifact = "storm-core"
	}
	var pom bytes.Buffer
	if err := releasePOM.Execute(&pom, struct{ Artifact, Version string }{artifact, version}); err != nil {
		return "", fmt.Errorf("writing a POM: %w", err)
	}
	name := "release-" + version
	return cached(ctx, name, [][]byte{pom.Bytes(), []byte(goalCopy)}, func(dir string) error {
		return copyJars(ctx, name, goalCopy, pom.Bytes(), dir)
	})
}
