// What settings are, and what they are made from. Types only.
import type { Problem } from '../domain/problem/problem.ts';
import type { Sealed } from '../domain/secret.ts';
import type { Target } from '../domain/target.ts';
import type { Environment } from '../input/environment.ts';
import type { Unresolved } from '../input/references.ts';
import type { ReadText } from '../input/text-file.ts';
import type { ReferenceRules } from '../input/reference-rules.ts';
import type { HttpSettings } from './daemon-http.ts';
import type { GitSettings } from './daemon-source.ts';
import type { Channel } from './daemon-notify.ts';

export interface DaemonSettings {
  /** Cron expression of the drift check. */
  readonly drift: string;
  /** The HTTP API and the dashboard; absent: there is none. */
  readonly http?: HttpSettings;
  /** The repository that is followed; absent where the files are directories on this machine. */
  readonly source?: GitSettings;
  /** Who is told what happens. */
  readonly notify?: readonly Channel[];
}

export interface StateSettings {
  /** Absolute directory. */
  readonly dir: string;
  /** Whether it outlives this run; undefined: as the run finds it. */
  readonly lasting?: boolean;
  /** Where each backup is also written as one file. */
  readonly backups?: {
    /** Absolute. */
    readonly dir: string;
    /** Of age; empty only inside the state directory. */
    readonly recipients: readonly string[];
  };
}

export interface Settings {
  /** In the order of the file, names unique. */
  readonly targets: readonly Target[];
  readonly daemon: DaemonSettings;
  readonly state: StateSettings;
  /** The settings file, absolute; absent where flags and variables stand in for it. */
  readonly file?: string;
  /** Where relative references and directories start: the settings file's directory, else the working directory. */
  readonly dir: string;
  /** The file of variables that was read, absolute: `--variables`, else `env-file`. */
  readonly variables?: string;
  /** What the references of desired state may use. */
  readonly references: ReferenceRules;
  readonly mcp: McpSettings;
  /** Absolute paths that a change of could change the settings. */
  readonly watched: readonly string[];
  /** Every resolved secret, for the redaction net. */
  readonly secrets: Sealed<ReadonlySet<string>>;
}

/** What agents may do through the MCP server. */
export interface McpSettings {
  /** `ask`: a person approves each write. `allowed`: every plan that the guards let pass. `never`: none. */
  readonly apply: 'ask' | 'allowed' | 'never';
  /** Guards that agents may override, as `--allow` takes them. */
  readonly allow: readonly string[];
}

/** Command line flags that concern settings; absent members were not given. */
export interface SettingsFlags {
  /** `--settings FILE`. Without it `holdfast.yaml` (or `.yml`) in the working directory, where there is one. */
  readonly settings?: string;
  readonly url?: string;
  readonly key?: string;
  readonly keyFile?: string;
  readonly gatewayConfig?: string;
  /** `--desired DIR`, repeatable; the later override the earlier. */
  readonly desired?: readonly string[];
  readonly state?: string;
  /** `--variables FILE`. */
  readonly variables?: string;
  /** `--allow ID[:PATH]`, added to every target's policy. */
  readonly allow?: readonly string[];
  readonly prune?: boolean;
  readonly mode?: string;
  /** `--trust-fork`: work for a pull request from a fork too. */
  readonly trustFork?: boolean;
}

export interface SettingsRequest {
  readonly flags: SettingsFlags;
  readonly cwd: string;
  readonly env: Environment;
  /** `validate`, `render`, `schema`: no management key is needed, references that cannot be resolved are left out. */
  readonly offline?: boolean;
  /**
   * With `offline`: the file of variables that the settings name may be missing too, which is a warning. `all`: it isn't
   * read, and no reference is resolved.
   */
  readonly allowUnresolved?: Unresolved;
  /** Where the settings file is read from; the disk where absent. */
  readonly readText?: ReadText;
  /** `run`, `notify`: what `daemon` refers to must be there. Nothing else needs the daemon's secrets. */
  readonly daemon?: boolean;
}

/** No settings when a problem is an error. `env` is the environment with the file of variables added, for references. */
export interface LoadedSettings {
  readonly settings?: Settings;
  readonly env: Environment;
  readonly problems: readonly Problem[];
}
