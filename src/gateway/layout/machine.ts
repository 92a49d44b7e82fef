// Settings of the machine that a gateway runs on: the same desired state should fit a gateway on another one.

/** In the spelling of the flat layout, with what they are. */
export const OF_THE_MACHINE: readonly (readonly [path: string, what: string])[] = [
  ['host', 'the address where the gateway listens'],
  ['port', 'the address where the gateway listens'],
  ['tls', 'the address where the gateway listens'],
  ['auth-dir', "a directory on the gateway's machine"],
  ['plugins.dir', "a directory on the gateway's machine"],
  ['remote-management', 'who can manage the gateway'],
];
