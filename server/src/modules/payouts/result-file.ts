import { decodeId } from '@liaison/access'
import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import { ProblemError } from '#platform/problem.ts'
import { MOST_RESULTS } from './results.ts'
import type { PayoutResult } from './results.ts'

const Rows = z.array(z.record(z.string(), z.string()))

interface Fault {
  readonly pointer: string
  readonly code: string
  readonly detail: string
}

function refuse(errors: readonly Fault[]): never {
  throw new ProblemError(422, 'VALIDATION_ERROR', 'The file cannot be read; nothing was changed.', { errors })
}

const wrong = (pointer: string, detail: string): Fault => ({ pointer, code: 'INVALID', detail })

function readRows(content: string): z.output<typeof Rows> {
  try {
    return Rows.parse(
      parse(content, {
        bom: true,
        columns: (names: string[]) => names.map((name) => name.trim()),
        trim: true,
      }),
    )
  } catch {
    return refuse([
      wrong('/body/content', 'This is no CSV file with a line of names and lines of one length.'),
    ])
  }
}

type Read = { readonly result: PayoutResult & { readonly pointer: string } } | { readonly faults: Fault[] }

/** How a line says that the payout ended; null when it does not say it. */
function readEnd(row: Readonly<Record<string, string>>): PayoutResult['end'] | null {
  const { outcome, reference = '', reason = '' } = row
  if (outcome === 'paid') return { state: 'paid', reference }
  return outcome === 'failed' ? { state: 'failed', reason } : null
}

function checkText(at: string, end: PayoutResult['end']): Fault[] {
  const [name, text, most] =
    end.state === 'paid'
      ? (['reference', end.reference, 200] as const)
      : (['reason', end.reason, 500] as const)
  if (text.length >= 1 && text.length <= most) return []
  return [wrong(`${at}/${name}`, `must have 1 to ${most} characters`)]
}

function toResult(row: Readonly<Record<string, string>>, index: number): Read {
  const at = `/body/content/${index + 2}`
  const itemId = decodeId('payout_item', row['payout_id'] ?? '')
  const end = readEnd(row)
  const faults = [
    ...(itemId === null ? [wrong(`${at}/payout_id`, 'must be the id of a payout')] : []),
    ...(end === null ? [wrong(`${at}/outcome`, 'must be paid or failed')] : checkText(at, end)),
  ]
  if (itemId === null || end === null || faults.length > 0) return { faults }
  return { result: { itemId, end, pointer: `${at}/payout_id` } }
}

/**
 * Reads a file of results: CSV with the columns `payout_id`, `outcome` (`paid` or `failed`), `reference` for what was paid
 * and `reason` for what failed. Other columns are left alone, so that the file for paying can be filled in and handed back.
 * Throws VALIDATION_ERROR with every fault by its line.
 */
export function readResultFile(content: string): (PayoutResult & { readonly pointer: string })[] {
  const rows = readRows(content)
  if (rows.length === 0 || rows.length > MOST_RESULTS)
    refuse([wrong('/body/content', `A file holds 1 to ${MOST_RESULTS} results.`)])
  const read = rows.map(toResult)
  const faults = read.flatMap((one) => ('faults' in one ? one.faults : []))
  if (faults.length > 0) refuse(faults)
  return read.flatMap((one) => ('result' in one ? [one.result] : []))
}
