// Types of settings and of their sources.
import type { Problem } from '../domain/problem/problem.ts';
import type { Sealed } from '../domain/secret.ts';
import type { Strategy } from '../domain/strategy.ts';
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
  /** The HTTP API and the dashboard; absent: disabled. */
  readonly http?: HttpSettings;
  /** The repository to follow; absent if the files are directories on this machine. */
  readonly source?: GitSettings;
  /** The notification channels. */
  readonly notify?: readonly Channel[];
}

export interface StateSettings {
  /** Absolute directory. */
  readonly dir: string;
  /** Whether it outlives this run; undefined: Holdfast detects it. */
  readonly lasting?: boolean;
  /** Where each backup is also written as one file. */
  readonly backups?: {
    /** Absolute. */
    readonly dir: string;
    /** Recipients of age; empty only inside the state directory. */
    readonly recipients: readonly string[];
  };
  /** The database that has the records instead of `dir`, where only what belongs to this machine remains. */
  readonly postgres?: PostgresSettings;
}

export interface PostgresSettings {
  readonly url: Sealed<string>;
  /** The first one encrypts, the others are earlier ones. At least one. */
  readonly encryptionKeys: Sealed<readonly string[]>;
}

export interface Settings {
  /** In the order of the file, names unique. */
  readonly targets: readonly Target[];
  readonly daemon: DaemonSettings;
  readonly state: StateSettings;
  /** Absent: every target gets a new revision at once. */
  readonly strategy?: Strategy;
  /** The settings file, absolute; absent if flags and variables replace it. */
  readonly file?: string;
  /**
   * Where relative references and directories start: the settings file's directory, otherwise the working directory.
   */
  readonly dir: string;
  /** The file of variables that was read, absolute: `--variables`, otherwise `env-file`. */
  readonly variables?: string;
  /** Where new secrets become files, absolute. */
  readonly secretsDir?: string;
  /** What the references of desired state can use. */
  readonly references: ReferenceRules;
  readonly mcp: McpSettings;
  /** Absolute paths whose change can change the settings. */
  readonly watched: readonly string[];
  /** Every resolved secret, for redaction by value. */
  readonly secrets: Sealed<ReadonlySet<string>>;
}

/** What agents may do through the MCP server. */
export interface McpSettings {
  /** `ask`: a person approves each write. `allowed`: every plan that the guards let pass. `never`: none. */
  readonly apply: 'ask' | 'allowed' | 'never';
  /** Guards that agents may override, as `--allow` takes them. */
  readonly allow: readonly string[];
}

/** Command line flags about settings; absent members were not given. */
export interface SettingsFlags {
  /** `--settings FILE`. Without it, `holdfast.yaml` (or `.yml`) in the working directory, if there is one. */
  readonly settings?: string;
  readonly url?: string;
  readonly key?: string;
  readonly keyFile?: string;
  readonly gatewayConfig?: string;
  /** `--desired DIR`, repeatable; later ones override earlier ones. */
  readonly desired?: readonly string[];
  readonly state?: string;
  /** `--variables FILE`. */
  readonly variables?: string;
  /** `--write-env FILE`: a file of variables that the command writes, so it needn't exist. */
  readonly writeEnv?: string;
  /** `--secrets env` and `--secrets sops` write the file of variables that the settings name. */
  readonly secrets?: 'env' | 'files' | 'sops';
  /** `--allow ID[:PATH]`, added to every target's policy. */
  readonly allow?: readonly string[];
  readonly prune?: boolean;
  readonly mode?: string;
  /** `--trust-fork`: also work for a pull request from a fork. */
  readonly trustFork?: boolean;
}

export interface SettingsRequest {
  readonly flags: SettingsFlags;
  readonly cwd: string;
  readonly env: Environment;
  /** `validate`, `render`, `schema`: no management key is needed, and unresolved references are omitted. */
  readonly offline?: boolean;
  /**
   * With `offline`: a missing file of variables of the settings is only a warning. `all`: it isn't read, and no
   * reference is resolved.
   */
  readonly allowUnresolved?: Unresolved;
  /** Where the settings file is read from; the disk where absent. */
  readonly readText?: ReadText;
  /** `run`, `notify`: what `daemon` refers to must be resolvable. No other command needs the daemon's secrets. */
  readonly daemon?: boolean;
}

/** Undefined if a problem is an error. `env` is the environment plus the file of variables, for references. */
export interface LoadedSettings {
  readonly settings?: Settings;
  readonly env: Environment;
  readonly problems: readonly Problem[];
}
