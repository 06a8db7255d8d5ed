import { formatInstant } from '@liaison/access'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { PROVIDER_NAME } from '#platform/pages/index.ts'
import { publicIdOf } from '#platform/public-id.ts'
import type { RequestRow } from './store.ts'
import type { RequestKind } from './tables.ts'

const WISHES: Readonly<Record<RequestKind, (row: RequestRow) => string>> = {
  partner_termination: ({ partner_name: name }) => `wants to end the work with ${name ?? 'a partner'}`,
  agreement_care: () => 'wants fewer people to decide about agreements',
  earning_policy: () => 'wants fewer people to decide about earnings',
  identity_care: ({ partner_name: name }) =>
    `wants one person to decide about identities at ${name ?? 'a partner'}`,
}

/** The page on which the request is answered. */
function pageOf({ kind, partner_id: partner }: RequestRow): string {
  if (partner === null) return '/platform/program'
  const page = `/platform/partners/${publicIdOf('partner', partner)}`
  return kind === 'identity_care' ? `${page}/configuration` : page
}

/** Tells every other admin of the provider that something waits for one of them. The reason stays on the page. */
export async function mailSecondPeople(
  mandate: Mandate<'platform'>,
  row: RequestRow,
  origin: string,
): Promise<void> {
  const subject = `${row.asked_by_name} ${WISHES[row.kind](row)}`
  const text = [
    `${subject}. It takes a second person: another admin confirms or declines it until ${formatInstant(row.ends_at)}. Until then nothing changes.`,
    'Read why, and answer:',
    `${origin}${pageOf(row)}`,
    PROVIDER_NAME,
  ].join('\n\n')
  await runStatements(mandate, [
    { text: 'select access.mail_second_people($1, $2, $3)', values: [row.id, subject, `${text}\n`] },
  ])
}
