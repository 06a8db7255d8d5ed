import { readFileSync } from 'node:fs'
import { makeAsset } from '#platform/pages/index.ts'

/** The only script of the server-rendered pages; each page that has it works without it. */
export const PASSKEY_SCRIPT = makeAsset(
  'passkey',
  'js',
  readFileSync(new URL('./passkey.js', import.meta.url), 'utf8'),
)
