module github.com/stormflux/stormflux/examples/redis-top-n

go 1.26.0

require (
	github.com/gomodule/redigo v1.9.3
	github.com/stormflux/stormflux v0.0.0
)

require golang.org/x/sys v0.49.0 // indirect

// A project of your own requires a release instead.
replace github.com/stormflux/stormflux => ../..
