import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { importJWK, importPKCS8 } from 'jose'
import type { CryptoKey } from 'jose'

/** What the command line says. */
export interface Settings {
  /** The resource identifier of the API, for example `http://localhost:3000/api`. */
  readonly api: URL
  readonly clientId: string
  readonly key: { readonly key: CryptoKey; readonly kid: string }
  /** Where the browser comes back to; registered with the client exactly like this. */
  readonly callback: URL
  readonly product: string
  /** The billing account of an end customer under a wholesale agreement; without it a customer is asked to consent. */
  readonly resale: string | null
}

/** What the command line may say. */
export const USAGE = `Usage: npx node examples/partner-app/main.ts --api URL --client ID --key FILE [options]
  --api URL        the API, for example http://localhost:3000/api
  --client ID      the client id, cli_…
  --key FILE       the private key: the JWK file that the portal saved, or PEM together with --kid
  --kid ID         the key id, for a PEM file
  --callback URL   where the browser comes back to (default http://127.0.0.1:4710/callback)
  --product CODE   what is ordered (default FIBRE-1G)
  --resale BAN     act for an end customer under a wholesale agreement instead of asking for consent`

const OPTIONS = {
  api: { type: 'string' },
  client: { type: 'string' },
  key: { type: 'string' },
  kid: { type: 'string' },
  callback: { type: 'string', default: 'http://127.0.0.1:4710/callback' },
  product: { type: 'string', default: 'FIBRE-1G' },
  resale: { type: 'string' },
} as const

async function readKey(path: string, kid: string | undefined): Promise<Settings['key']> {
  const text = await readFile(path, 'utf8')
  if (text.startsWith('-----')) {
    if (kid === undefined) throw new Error('A PEM file does not say its key id: add --kid.')
    return { key: await importPKCS8(text, 'ES256'), kid }
  }
  const jwk: { kid?: string; alg?: string } = JSON.parse(text)
  const key = await importJWK(jwk, jwk.alg ?? 'ES256')
  const named = kid ?? jwk.kid
  if (key instanceof Uint8Array || named === undefined)
    throw new Error('The file holds no private key with a kid.')
  return { key, kid: named }
}

/** Reads the command line. Throws with the usage when something is missing. */
export async function readSettings(args: readonly string[]): Promise<Settings> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS })
  const { api, client, key, kid, callback, product, resale = null } = values
  if (api === undefined || client === undefined || key === undefined) throw new Error(USAGE)
  return {
    api: new URL(api),
    clientId: client,
    key: await readKey(key, kid),
    callback: new URL(callback),
    product,
    resale,
  }
}
