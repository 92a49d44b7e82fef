// The route of a write without the parts that depend on the gateway: names of plugins, channels and entries.

/** `/v0/management/plugins/x/config` → `v0/plugins`; the endpoints of a gateway are a closed set. */
export function routeOf(path: string): string {
  const [, api, endpoint] = /^\/(v\d+)\/management\/([a-z0-9.-]+)/.exec(path) ?? [];
  return api !== undefined && endpoint !== undefined ? `${api}/${endpoint}` : 'other';
}
