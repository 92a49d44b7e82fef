// The environment as an argument: variables by name, so that only the command line reads `process.env`.

export type Environment = Readonly<Record<string, string | undefined>>;
