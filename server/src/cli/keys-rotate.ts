import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { inAdminTransaction } from '#platform/admin.ts'
import type { Installation } from '#platform/installation.ts'
import { placeOfKey, REFRESH_MS } from '#platform/credentials/key-ring.ts'
import { placeIn, SEALED_COLUMNS } from '#platform/credentials/sealed-columns.ts'
import type { SealedColumn } from '#platform/credentials/sealed-columns.ts'
import { makeVault } from '#platform/credentials/vault.ts'
import type { KeyRing, Vault } from '#platform/credentials/vault.ts'
import { refuseOtherMarks } from '../installation-marks.ts'
import { UsageError } from './command.ts'
import type { Surroundings } from './command.ts'
import {
  dropKeysBelow,
  findForgotten,
  insertKey,
  lockNextNumber,
  readKeys,
  readNewest,
  readOlder,
  recordOperator,
  replaceValue,
} from './keys-store.ts'

const KEY_BYTES = 32
const PAGE_ROWS = 200
/** Every process has looked three times before the key is used. */
const LEAST_OVERLAP_SECONDS = (3 * REFRESH_MS) / 1000
const USUAL_OVERLAP_SECONDS = 60

/** What a rotation came to. */
export interface Rotation {
  readonly number: number
  readonly active_from: string
  readonly values_renewed: number
  readonly keys_removed: number
  /** Columns with values under an older key that are not marked as sealed; while there are any, no key is removed. */
  readonly not_renewed: readonly string[]
}

/** How long a new key is only published. Refuses less than every process needs to hear of it. */
export function readOverlap(text: string | undefined): number {
  const seconds = text === undefined ? USUAL_OVERLAP_SECONDS : Number(text)
  if (!Number.isInteger(seconds) || seconds < LEAST_OVERLAP_SECONDS || seconds > 3600)
    throw new UsageError(`--overlap is a whole number of seconds from ${LEAST_OVERLAP_SECONDS} to 3600.`)
  return seconds
}

async function publish(
  { admin, secretKey }: Installation,
  { operator }: Surroundings,
  overlapSeconds: number,
): Promise<{ number: number; activeFrom: Date }> {
  return inAdminTransaction(admin, async (run) => {
    const number = await lockNextNumber(run)
    const sealed = makeVault(secretKey).seal(randomBytes(KEY_BYTES), placeOfKey(number))
    const activeFrom = await insertKey(run, { number, sealed, overlapSeconds })
    await recordOperator(
      run,
      { ...operator, command: 'keys rotate' },
      { action: 'platform.keys.publish', resource_type: 'vault_key', resource_label: String(number) },
    )
    return { number, activeFrom }
  })
}

/** The number of the newest key, once it is in use; null without any. */
async function waitUntilActive({ admin }: Installation): Promise<number | null> {
  for (;;) {
    const newest = await inAdminTransaction(admin, readNewest)
    if (!newest || newest.activeInMs <= 0) return newest?.number ?? null
    await delay(Math.min(newest.activeInMs, REFRESH_MS))
  }
}

/** A vault that opens with every key there is and seals with the newest, whether it is active or not. */
async function openVault({ admin, secretKey }: Installation, newest: number): Promise<Vault> {
  const root = makeVault(secretKey)
  const keys = (await inAdminTransaction(admin, readKeys)).map(({ number, sealed }) => ({
    number,
    key: root.open(sealed, placeOfKey(number)),
  }))
  const find = (number: number) => keys.find((key) => key.number === number)
  const ring: KeyRing = {
    current: () => find(newest),
    find,
    accepted: () => keys,
    isRootRetired: () => false,
  }
  return makeVault(secretKey, ring)
}

async function renewPage(
  { admin }: Installation,
  { operator }: Surroundings,
  work: { readonly at: SealedColumn; readonly vault: Vault; readonly number: number },
): Promise<number> {
  const { at, vault, number } = work
  return inAdminTransaction(admin, async (run) => {
    const values = await readOlder(run, at, { number, limit: PAGE_ROWS })
    for (const { key, bound, sealed } of values) {
      const place = placeIn(at, bound)
      await replaceValue(run, at, { key, sealed, renewed: vault.seal(vault.open(sealed, place), place) })
    }
    if (values.length > 0)
      await recordOperator(
        run,
        { ...operator, command: 'keys rotate' },
        { action: 'platform.keys.renew', resource_type: at.table, row_count: values.length },
      )
    return values.length
  })
}

async function renewAll(
  installation: Installation,
  surroundings: Surroundings,
  number: number,
): Promise<number> {
  const vault = await openVault(installation, number)
  let renewed = 0
  for (const at of Object.values(SEALED_COLUMNS)) {
    for (let count = PAGE_ROWS; count === PAGE_ROWS; renewed += count)
      count = await renewPage(installation, surroundings, { at, vault, number })
  }
  return renewed
}

/**
 * Makes a new data key, which every process learns before any uses it, waits until it is in use, seals every stored
 * secret anew and removes keys that nothing needs any more. No request fails meanwhile. Source: reliability.md R10.
 */
export async function rotateKeys(surroundings: Surroundings, overlapSeconds: number): Promise<Rotation> {
  const installation = await surroundings.open()
  await refuseOtherMarks(installation)
  // A rotation that did not come to its end, or cannot: its key is not followed by one more before its values are renewed.
  const unfinished = await waitUntilActive(installation)
  let renewed = unfinished === null ? 0 : await renewAll(installation, surroundings, unfinished)
  const { number, activeFrom } = await publish(installation, surroundings, overlapSeconds)
  surroundings.err(`Key ${number} is published and in use from ${activeFrom.toISOString()}.\n`)
  await waitUntilActive(installation)
  renewed += await renewAll(installation, surroundings, number)
  // Once more: what a request began to seal before the moment of the change was stored after it.
  renewed += await renewAll(installation, surroundings, number)
  const forgotten = await inAdminTransaction(installation.admin, (run) => findForgotten(run, number))
  const removed =
    forgotten.length > 0
      ? 0
      : await inAdminTransaction(installation.admin, (run) => dropKeysBelow(run, number))
  return {
    number,
    active_from: activeFrom.toISOString(),
    values_renewed: renewed,
    keys_removed: removed,
    not_renewed: forgotten,
  }
}
