/** How many calls one key may make in any window of this length. Exact: a sliding log, not a counter. */
export interface LimitPolicy {
  readonly allowed: number
  readonly windowSeconds: number
  /** Counted for each person apart, within the organisation or partner of the call: one who asks much leaves the others theirs. */
  readonly per?: 'person'
}

/** The limits of the API, per partner or organisation unless noted. Source: managed-tenants.md section 7. */
export const LIMITS = {
  list: { allowed: 100, windowSeconds: 60 },
  detail: { allowed: 200, windowSeconds: 60 },
  write: { allowed: 50, windowSeconds: 60 },
  explain: { allowed: 60, windowSeconds: 60, per: 'person' },
  link_request: { allowed: 20, windowSeconds: 3600 },
  /** Somebody at the provider looks at each of these images. */
  logo: { allowed: 20, windowSeconds: 3600 },
  application: { allowed: 10, windowSeconds: 3600 },
  export: { allowed: 10, windowSeconds: 3600 },
  tenant: { allowed: 500, windowSeconds: 60 },
  ingest: { allowed: 600, windowSeconds: 60 },
  page: { allowed: 120, windowSeconds: 60 },
  /** Files and texts that are the same for everybody, from memory: counted in each process by itself. */
  fixed: { allowed: 6000, windowSeconds: 60 },
  stranger: { allowed: 60, windowSeconds: 60 },
  form: { allowed: 20, windowSeconds: 60 },
  agency_key: { allowed: 60, windowSeconds: 60 },
  identity_event: { allowed: 1200, windowSeconds: 60 },
  /** Each of these mails every administrator of an organisation. */
  ask_admins: { allowed: 5, windowSeconds: 3600, per: 'person' },
  referral_link: { allowed: 120, windowSeconds: 60 },
} as const satisfies Record<string, LimitPolicy>

export type LimitName = keyof typeof LIMITS
