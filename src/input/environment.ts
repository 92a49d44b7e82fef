// The environment as an argument: variables by name, so that nothing but the command line reads `process.env`.

export type Environment = Readonly<Record<string, string | undefined>>;
