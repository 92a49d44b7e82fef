// One thing that was looked at to tell whether the daemon is well, without names and secrets: anybody may ask.

export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}
