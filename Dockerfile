# syntax=docker/dockerfile:1
# Bases are pinned by exact version; `docker buildx imagetools inspect node:24.21.0-alpine` tells the digest to add where
# your registry may move tags. The version is that of the `node` package which the tests run on.

# Built once, on the kind of machine that builds: what runs is JavaScript alone. glibc, because the tools of the checkout have
# no other binaries.
FROM --platform=$BUILDPLATFORM node:24.21.0-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
# Without scripts: `prepare` needs the sources, and Node.js is here already.
RUN npm ci --ignore-scripts
COPY . .
# The npm package with its dependencies, the same as the standalone archive.
RUN npm run assemble -- /app

FROM node:24.21.0-alpine
LABEL org.opencontainers.image.title="holdfast" \
      org.opencontainers.image.description="GitOps reconciler for CLIProxyAPI gateways" \
      org.opencontainers.image.licenses="MIT"
# git, ssh and ssh-keygen for the git source, sops and age for encrypted files, tini to reap what they leave behind. Package
# managers of Node.js have no business here.
RUN apk add --no-cache age git openssh-client openssh-keygen sops tini \
 && rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
           /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn* \
 && mkdir -p /var/lib/holdfast /config/desired-state \
 && chown -R 1000:1000 /var/lib/holdfast
COPY --from=build /app /app
# By number, so that Kubernetes can see that it is not root.
USER 1000:1000
WORKDIR /config
VOLUME /var/lib/holdfast
EXPOSE 8318
# The root file system may be read-only: git and ssh look for their files in /tmp.
ENV NODE_ENV=production HOME=/tmp
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 \
  CMD ["node", "/app/bin/holdfast.js", "healthcheck", "--state", "/var/lib/holdfast"]
ENTRYPOINT ["/sbin/tini", "--", "node", "/app/bin/holdfast.js"]
CMD ["run", "--state", "/var/lib/holdfast", "--log", "json"]
