import type { Config } from './config.ts'
import { parseDatabaseUrl } from './config/database-url.ts'
import { findEmbeddedPostgres, startEmbeddedPostgres } from './embedded/index.ts'
import type { ConnectionSettings } from './embedded/index.ts'
import { readOrMakeSecrets } from './root-secrets.ts'

/** The database and root secrets of an installation, whoever runs on it: the server or a command. */
export interface Installation {
  /** A login that may create roles and tables; for migrations and the operator's commands only. */
  readonly admin: ConnectionSettings
  readonly roleSecret: string
  readonly secretKey: string
  readonly isEmbedded: boolean
  /** Settles with the reason when an embedded database ends although nobody asked for it. */
  readonly ended: Promise<string | undefined>
  stop(): Promise<void>
}

function openExternal(config: Config, url: string): Installation {
  const { databaseRoleSecret, secretKey } = config.secrets
  if (databaseRoleSecret === undefined || secretKey === undefined)
    throw new Error('The configuration has no secrets for this database.')
  return {
    admin: parseDatabaseUrl(url),
    roleSecret: databaseRoleSecret,
    secretKey,
    isEmbedded: false,
    ended: new Promise(() => undefined),
    stop: () => Promise.resolve(),
  }
}

/** How an installation is opened. */
export interface Opening {
  /** Whether an embedded PostgreSQL that a server already runs is used as it is. */
  readonly joins?: boolean
  /** Called once the database has been told to start, before it has. */
  readonly meanwhile?: () => void
}

/** Opens the installation that the configuration names: the operator's PostgreSQL, or the embedded one, which is started. */
export async function openInstallation(
  config: Config,
  { joins = false, meanwhile = () => undefined }: Opening = {},
): Promise<Installation> {
  if (config.secrets.databaseUrl !== undefined) return openExternal(config, config.secrets.databaseUrl)
  const secrets = await readOrMakeSecrets(config.dataDir)
  const common = {
    roleSecret: secrets.role_secret,
    secretKey: config.secrets.secretKey ?? secrets.secret_key,
    isEmbedded: true,
  }
  const running = joins ? await findEmbeddedPostgres(config.dataDir) : undefined
  if (running)
    return { ...common, admin: running, ended: new Promise(() => undefined), stop: () => Promise.resolve() }
  const starting = startEmbeddedPostgres({ dataDir: config.dataDir })
  meanwhile()
  const embedded = await starting
  return { ...common, admin: embedded.connection, ended: embedded.ended, stop: () => embedded.stop() }
}
