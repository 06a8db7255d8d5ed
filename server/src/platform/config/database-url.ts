import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Pooler } from '../database.ts'
import type { ConnectionSettings } from '#platform/embedded/index.ts'

/** What of `sslmode` is understood: encryption with a certificate that is verified, or none at all. */
const MODES = ['verify-full', 'disable'] as const

/** The address of a database that cannot be used as it is written. */
class DatabaseUrlError extends Error {
  override name = 'DatabaseUrlError'
}

const FORM = 'must begin with postgresql://'

// A socket or the loopback leaves nothing on a wire.
function isOnThisMachine(host: string): boolean {
  return host.startsWith('/') || host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
}

function readRoot(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new DatabaseUrlError(`The certificates of sslrootcert, ${path}, cannot be read.`, { cause })
  }
}

/**
 * Reads `postgresql://LOGIN:PASSWORD@HOST:PORT/DATABASE?sslmode=…&sslrootcert=FILE`. Other machines are reached by TLS
 * with a certificate that is verified, unless `sslmode=disable` says otherwise; modes that encrypt without verifying
 * are refused, because they stop nobody in the middle (ASVS 12.3.1, 12.3.2). Throws when the address cannot be used.
 */
export function parseDatabaseUrl(text: string): ConnectionSettings {
  const url = new URL(text)
  if (!/^postgres(?:ql)?:$/.test(url.protocol)) throw new DatabaseUrlError(FORM)
  const host =
    url.searchParams.get('host') ??
    (decodeURIComponent(url.hostname).replaceAll(/^\[|\]$/g, '') || 'localhost')
  const mode = url.searchParams.get('sslmode') ?? (isOnThisMachine(host) ? 'disable' : 'verify-full')
  if (!MODES.some((known) => known === mode))
    throw new DatabaseUrlError(
      `sslmode is ${MODES.join(' or ')}: "${mode}" would encrypt without looking to whom.`,
    )
  const root = url.searchParams.get('sslrootcert')
  return {
    host,
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)) || 'postgres',
    ...(mode === 'verify-full' && {
      ssl: {
        rejectUnauthorized: true,
        host,
        minVersion: 'TLSv1.2',
        ...(root !== null && { ca: readRoot(root) }),
      },
    }),
  }
}

/** The same of a pooler, to which each login comes by its own name. Throws when the address names one. */
export function parsePoolerUrl(text: string): Pooler['connection'] {
  const { user, password, ...connection } = parseDatabaseUrl(text)
  if (user !== '' || password !== '')
    throw new DatabaseUrlError('The address of a pooler names no login: the server comes as each of its own.')
  return connection
}

/** An address that can be read, so that a faulty one is told by the name of its variable, before anything starts. */
export function databaseAddress(parse: (text: string) => unknown) {
  return z
    .string()
    .superRefine((text, context) => {
      try {
        parse(text)
      } catch (error) {
        const message =
          error instanceof DatabaseUrlError
            ? error.message
            : 'must be an address such as postgresql://LOGIN:PASSWORD@HOST:5432/DATABASE, in which signs like %, #, / and @ of a password are written as %25, %23, %2F and %40'
        context.addIssue({ code: 'custom', message })
      }
    })
    .optional()
}
