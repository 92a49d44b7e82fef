// Where git repositories are shown, discussed and tested.

export type ForgeKind = 'github' | 'gitlab' | 'gitea' | 'forgejo';

export const FORGE_KINDS: readonly ForgeKind[] = ['github', 'gitlab', 'gitea', 'forgejo'];
