import { idFromUuid } from '@liaison/access'
import type { IdOf, PartnerId } from '@liaison/access'
import { AgreementTerms } from '../src/modules/agreements/terms.ts'
import { toCanonicalTerms } from '../src/modules/agreements/content.ts'
import type { TestWorld } from './world.ts'

/** Ten percent of every invoice for a year; 30 days of waiting, 50 dollars at least. */
export const STANDARD_TERMS: AgreementTerms = AgreementTerms.parse({
  components: [
    {
      id: 'commission',
      trigger: 'invoice',
      model: 'percent',
      rate_bp: 1000,
      max_months: 12,
      products: null,
    },
  ],
  hold_days: 30,
  clawback: { flat: 'full_only', window_days: 90 },
  min_payout: { USD: 5000 },
  post_termination_months: 0,
  attribution: { model: 'last_touch', window_days: 90 },
})

/** Since and until when a seeded agreement holds; by default since 2020 and without end. */
export interface SeededRange {
  readonly from?: Date
  readonly until?: Date | null
}

/**
 * An active agreement of the partner with these terms, as an offer, a signature and an approval would have left it, without
 * the people. With `until` it is one that has been superseded or ended.
 */
export async function activeAgreement(
  world: TestWorld,
  partner: PartnerId,
  terms: Partial<AgreementTerms> = {},
  range: SeededRange = {},
): Promise<IdOf<'agreement'>> {
  const whole = AgreementTerms.parse({ ...STANDARD_TERMS, ...terms })
  const until = range.until ?? null
  const [row] = await world.seed<{ id: string }>(
    `insert into agreement (partner_id, program_id, title, template_id, source, body, terms_canonical, content_sha256, version, state, offered_at, signed_at, approved_at, expires_at, effective, ended_at, created_by_name)
     select $1, m.id, 'Partner agreement', t.id, t.source, 'The agreement.', $2, sha256(''), 1, $5, $3, $3, $3, $3::timestamptz + interval '30 days', tstzrange($3, $4), $4, 'Test'
     from program m cross join agreement_template t where m.code = 'standard' and t.code = 'standard' and t.number = 1 returning id`,
    [
      partner,
      toCanonicalTerms(whole),
      range.from ?? new Date('2020-01-01'),
      until,
      until === null ? 'active' : 'superseded',
    ],
  )
  if (!row) throw new Error('No agreement was made.')
  return idFromUuid('agreement', row.id)
}
