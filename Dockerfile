# syntax=docker/dockerfile:1
# Built where glibc is: the tools of the checkout have no other binaries. What runs is JavaScript alone.
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json ./
COPY src ./src
RUN npm run build && npm prune --omit=dev

FROM node:24-alpine
RUN apk add --no-cache git openssh-client openssh-keygen && mkdir -p /var/lib/holdfast /config/desired-state && chown -R node:node /var/lib/holdfast
WORKDIR /app
COPY --from=build /src/package.json ./
COPY --from=build /src/node_modules ./node_modules
COPY --from=build /src/dist ./dist
COPY bin ./bin
COPY schemas ./schemas
USER node
WORKDIR /config
VOLUME /var/lib/holdfast
ENV NODE_ENV=production
ENTRYPOINT ["node", "/app/bin/holdfast.js"]
CMD ["run", "--state", "/var/lib/holdfast", "--log", "json"]
