import { ConfigError } from './config/together.ts'
import type { ConnectionSettings } from './embedded/index.ts'

/** Why PostgreSQL cannot be used, by the code that it or the network gives; nothing of it repeats a password. */
const FAULTS: Readonly<Record<string, (at: string, settings: ConnectionSettings) => string>> = {
  '28P01': (at, { user }) => `${at} does not let the login "${user}" in: its name or password is wrong`,
  '28000': (at, { user, database }) =>
    `${at} does not let the login "${user}" into the database "${database}": it is not known, or pg_hba.conf names no way for it`,
  '3D000': (at, { user, database }) =>
    `${at} has no database "${database}"; make it: create database "${database}" owner "${user}"`,
  ECONNREFUSED: (at) => `nobody answers for ${at}`,
  EHOSTUNREACH: (at) => `no way leads to ${at}`,
  ENETUNREACH: (at) => `no way leads to ${at}`,
  ETIMEDOUT: (at) => `nobody answers for ${at}`,
  ENOTFOUND: (_at, { host }) => `no machine has the name ${host}`,
  EAI_AGAIN: (_at, { host }) => `the name ${host} cannot be looked up`,
}
const isOfCertificate = (code: string) => /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)/.test(code)

/** The same error in a sentence that names the variable, where it is one that an operator can change; otherwise itself. */
export function tellDatabaseFault(error: unknown, settings: ConnectionSettings): unknown {
  if (!(error instanceof Error)) return error
  const code = 'code' in error ? String(error.code) : ''
  const at = `PostgreSQL at ${settings.host}:${settings.port}`
  if (isOfCertificate(code))
    return new ConfigError(
      `DATABASE_URL: the certificate of ${at} cannot be verified (${code}); sslrootcert=FILE names its authority`,
      { cause: error },
    )
  if (error.message === 'The server does not support SSL connections')
    return new ConfigError(`DATABASE_URL: ${at} speaks no TLS; sslmode=disable goes without`, {
      cause: error,
    })
  const story = FAULTS[code]?.(at, settings)
  return story === undefined ? error : new ConfigError(`DATABASE_URL: ${story}`, { cause: error })
}
