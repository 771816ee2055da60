# The program in a container: its own Postgres when FRONTLINE_DATABASE_URL is empty, else that one.
# Each stage runs the script that `make` runs.

FROM docker.io/library/node:20-bookworm-slim AS desk
WORKDIR /src
COPY scripts/desk.sh scripts/
COPY agentdesk/ui/package.json agentdesk/ui/package-lock.json agentdesk/ui/.npmrc agentdesk/ui/
COPY channels/webchat/widget/package.json channels/webchat/widget/package-lock.json channels/webchat/widget/.npmrc channels/webchat/widget/
RUN scripts/desk.sh packages
COPY agentdesk/ui/ agentdesk/ui/
COPY channels/webchat/widget/ channels/webchat/widget/
RUN scripts/desk.sh

FROM docker.io/library/golang:1.26-bookworm AS program
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=desk /src/agentdesk/ui/dist agentdesk/ui/dist
COPY --from=desk /src/channels/webchat/widget/dist channels/webchat/widget/dist
ARG VERSION=unknown
RUN VERSION=$VERSION scripts/build.sh /out/frontline

FROM docker.io/library/debian:bookworm-slim
# Debian would make and start a cluster of its own while it installs.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates postgresql-common tzdata \
 && sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf \
 && apt-get install -y --no-install-recommends postgresql-15 \
 && rm -rf /var/lib/apt/lists/*
# /data holds the database and files, /key the key that opens its secrets: two volumes, so that a copy of one is no
# use without the other.
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin frontline \
 && install -d -o frontline -g frontline -m 0700 /data /key
COPY --from=program /out/frontline /usr/local/bin/
COPY LICENSE /usr/share/doc/frontline/
USER frontline
WORKDIR /data
ENV FRONTLINE_LISTEN=0.0.0.0:8080 FRONTLINE_DATA=/data FRONTLINE_SECRET_KEY_FILE=/key/secret
VOLUME ["/data", "/key"]
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["frontline", "health"]
ENTRYPOINT ["frontline"]
CMD ["serve"]
