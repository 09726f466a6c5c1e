# The image of a release holds the static binary alone: it validates, formats, compiles and submits topologies. Components run
# where their languages are, so use the binary, not the image, for `stormflux run`.
#
# goreleaser gives the binaries in a folder for each platform. To build the image yourself:
#
#   CGO_ENABLED=0 go build -o linux/amd64/stormflux ./cmd/stormflux
#   docker build --build-arg TARGETPLATFORM=linux/amd64 -t stormflux .
#   docker run --rm -v "$PWD:/work" stormflux validate .
FROM scratch
ARG TARGETPLATFORM
COPY LICENSE NOTICE /
COPY ${TARGETPLATFORM}/stormflux /stormflux
WORKDIR /tmp
WORKDIR /work
ENTRYPOINT ["/stormflux"]
