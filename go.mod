module github.com/stormflux/stormflux

go 1.25
