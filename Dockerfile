# Two stages: the compiler stays behind, the image holds Node 24, the built bridge and its run-time packages.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev --omit=optional && rm -rf node_modules/.cache

FROM node:24-bookworm-slim
ENV NODE_ENV=production STATE_DIRECTORY=/data
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE /app/README.md /app/CHANGELOG.md ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/build ./build
COPY --from=build /app/dist ./dist
COPY --from=build /app/deploy ./deploy
COPY --from=build /app/bridge/demo/page ./bridge/demo/page
RUN ln -s /app/build/bridge/cli.js /usr/local/bin/evse-bridge && chmod +x /app/build/bridge/cli.js \
  && mkdir /data /config && chown node:node /data /config
USER node
VOLUME ["/data"]
EXPOSE 9000 8099
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["node", "-e", "fetch('http://127.0.0.1:8099/health').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
WORKDIR /config
ENTRYPOINT ["evse-bridge"]
CMD ["run"]
