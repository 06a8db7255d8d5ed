import { publicIdOf } from '#platform/public-id.ts'
import type { ExportRow } from './store.ts'
import { fileNameOf, KEPT_DAYS } from './rules.ts'
import { sourceOf } from './registry.ts'

const NUMBER = new Intl.NumberFormat('en-GB')

/** Where a person finds the exports of an organisation in the portal. */
function pageOf(row: ExportRow): string {
  if (row.plane === 'platform') return '/platform/exports'
  if (row.plane === 'program')
    return `/partner/${publicIdOf('partner', row.partner_id ?? '')}/program-exports`
  return row.partner_id === null
    ? `/org/${publicIdOf('tenant', row.tenant_id ?? '')}/exports`
    : `/partner/${publicIdOf('partner', row.partner_id)}/exports`
}

const REASONS: Readonly<Record<string, string>> = {
  ACCESS_FROZEN: 'access was frozen while the file was being made',
  TENANT_LINK_REVOKED: 'a customer ended the access while the file was being made',
  TENANT_LINK_SUSPENDED: 'the access to a customer was suspended while the file was being made',
  TENANT_LINK_EXPIRED: 'the access to a customer ran out while the file was being made',
  NOT_ASSIGNED: 'you are no longer assigned to a customer in the file',
  PERMISSION_DENIED: 'a permission that the file needs was taken away',
  PARTNER_INACTIVE: 'your organisation does not work here at present',
  PERSON_INACTIVE: 'you do not belong to the organisation any more',
  TENANT_INACTIVE: 'an organisation in the file is not active',
  EXPORT_TOO_LARGE: 'the file grew beyond 500,000 rows or 1 GB; narrow the filters',
  INTERRUPTED: 'it was interrupted several times',
}

/** The mail when a file is ready. It names no customer: a mail is read in places that we do not know. */
export function completionMail(row: ExportRow, made: { rows: number; sha256: string; origin: string }) {
  const { noun } = sourceOf(row.kind)
  return {
    subject: `Your export of ${noun} is ready`,
    text: [
      `${fileNameOf(row)} holds ${NUMBER.format(made.rows)} rows. Download it within ${KEPT_DAYS} days:`,
      `${made.origin}${pageOf(row)}`,
      `You are asked to sign in, and your access is checked again.`,
      `SHA-256 of the file: ${made.sha256}`,
    ].join('\n\n'),
  }
}

/** The mail when an export ends without a file, for another reason than the person's own wish. */
export function failureMail(
  row: ExportRow,
  { reason, origin, refused }: { reason: string; origin: string; refused?: string },
) {
  const { noun } = sourceOf(row.kind)
  const otherwise =
    row.status === 'cancelled'
      ? 'the access to what it holds changed before it was ready'
      : 'something broke on our side'
  const why =
    refused === undefined ? (REASONS[reason] ?? otherwise) : `what was asked for cannot be taken: ${refused}`
  const next = refused === undefined ? 'You can order it again' : 'Order it anew with other filters'
  return {
    subject: `Your export of ${noun} was stopped`,
    text: `${fileNameOf(row)} was not made, because ${why}. Nothing of it was kept.\n\n${next}: ${origin}${pageOf(row)}`,
  }
}
