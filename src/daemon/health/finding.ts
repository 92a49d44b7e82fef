// One check of the daemon's health, without names and secrets, because anyone can request it.

export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}
