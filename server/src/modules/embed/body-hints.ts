/** What is read of a body before it is judged as a whole: the proofs that stand before the limits. */
export interface BodyHints {
  readonly ticket: unknown
  readonly answer: unknown
  readonly accessCode: string | null
  /** The code of the type that is wished for, not yet judged. */
  readonly voucherType: string | null
  /** A field that people do not see; whoever fills it in is no person. */
  readonly isBaited: boolean
}

const VOUCHER_TYPE = /^[a-z0-9][a-z0-9_-]{0,39}$/

function fieldsOf(body: unknown): Map<string, unknown> {
  return new Map(typeof body === 'object' && body !== null ? Object.entries(body) : [])
}

export function readHints(body: unknown): BodyHints {
  const fields = fieldsOf(body)
  const code = fields.get('access_code')
  const type = fields.get('voucher_type')
  const bait = fields.get('website')
  return {
    ticket: fields.get('ticket'),
    answer: fields.get('pow'),
    accessCode: typeof code === 'string' && code.length <= 200 ? code : null,
    voucherType: typeof type === 'string' && VOUCHER_TYPE.test(type) ? type : null,
    isBaited: bait !== undefined && bait !== '',
  }
}

/** Names under which a caller might say for whom it works. None of them is ever believed, so all of them are refused (E2). */
const OVERRIDES = /^(tenant|agency|partner|organi[sz]ation|store|form|token)(_?(id|slug|key|agency|token))*$/i

/** The first field of a body that names a tenant or an agency; null when none does. */
export function findOverride(body: unknown): string | null {
  return [...fieldsOf(body).keys()].find((name) => OVERRIDES.test(name)) ?? null
}
