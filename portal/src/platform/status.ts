import type { GlyphName } from '../parts/glyphs.tsx'
import { tValue } from './words.ts'

export type Tone = 'ok' | 'attention' | 'bad' | 'info' | 'off'

type Look = readonly [Tone, GlyphName]

const looks = {
  link: {
    requested: ['info', 'hourglass'],
    approved: ['info', 'check'],
    active: ['ok', 'check'],
    expiring: ['attention', 'clock'],
    suspended: ['bad', 'bar'],
    expired: ['off', 'ended'],
    revoked: ['off', 'dash'],
    declined: ['off', 'cross'],
    withdrawn: ['off', 'dash'],
    lapsed: ['off', 'ended'],
  },
  ask: {
    sent: ['info', 'hourglass'],
    approved: ['ok', 'check'],
    denied: ['off', 'cross'],
    withdrawn: ['off', 'dash'],
  },
  grid: {
    allow: ['ok', 'check'],
    deny: ['off', 'bar'],
    unknown: ['attention', 'dash'],
  },
  account: {
    requested: ['attention', 'hourglass'],
    active: ['ok', 'check'],
    ended: ['off', 'ended'],
    declined: ['off', 'cross'],
    withdrawn: ['off', 'dash'],
  },
  elevation: {
    yours: ['attention', 'hourglass'],
    requested: ['attention', 'hourglass'],
    approved: ['attention', 'hourglass'],
    active: ['ok', 'clock'],
    ended: ['off', 'ended'],
    denied: ['off', 'cross'],
    withdrawn: ['off', 'dash'],
    lapsed: ['off', 'ended'],
  },
  referral: {
    created: ['info', 'dot'],
    locked: ['ok', 'check'],
    voided: ['off', 'dash'],
  },
  code: {
    active: ['ok', 'check'],
    inactive: ['off', 'pause'],
  },
  deal: {
    submitted: ['info', 'hourglass'],
    approved: ['ok', 'check'],
    won: ['ok', 'check'],
    rejected: ['bad', 'cross'],
  },
  sign_up: {
    referred: ['ok', 'check'],
    not_referred: ['off', 'dash'],
  },
  alert: {
    active: ['attention', 'dot'],
    acknowledged: ['info', 'eye'],
    snoozed: ['off', 'pause'],
    resolved: ['off', 'check'],
  },
  severity: {
    critical: ['bad', 'triangle'],
    warning: ['attention', 'clock'],
    info: ['info', 'dot'],
  },
  ticket: {
    open: ['info', 'dot'],
    pending: ['attention', 'hourglass'],
    on_hold: ['off', 'pause'],
    resolved: ['ok', 'check'],
    closed: ['off', 'dash'],
    withdrawn: ['off', 'cross'],
  },
  priority: {
    low: ['off', 'dash'],
    normal: ['off', 'dot'],
    high: ['attention', 'up'],
    urgent: ['bad', 'triangle'],
  },
  dispute: {
    open: ['attention', 'hourglass'],
    accepted: ['ok', 'check'],
    rejected: ['off', 'cross'],
    withdrawn: ['off', 'dash'],
  },
  invoice: {
    draft: ['off', 'pencil'],
    finalized: ['info', 'hourglass'],
    partially_paid: ['attention', 'coin'],
    paid: ['ok', 'coin'],
    overdue: ['bad', 'clock'],
    cancelled: ['off', 'cross'],
  },
  sla: {
    ok: ['ok', 'check'],
    met: ['ok', 'check'],
    at_risk: ['attention', 'clock'],
    breached: ['bad', 'triangle'],
    paused: ['off', 'pause'],
  },
  outcome: {
    allowed: ['ok', 'check'],
    denied: ['bad', 'bar'],
    error: ['bad', 'triangle'],
  },
  invitation: {
    open: ['info', 'hourglass'],
    withdrawn: ['off', 'dash'],
    ran_out: ['off', 'ended'],
  },
  partner_home: {
    waiting: ['info', 'hourglass'],
    offered: ['info', 'hourglass'],
    active: ['ok', 'check'],
    declined: ['off', 'dash'],
    withdrawn: ['off', 'dash'],
    lapsed: ['off', 'ended'],
    ended: ['off', 'ended'],
  },
  invitation_code: {
    open: ['info', 'hourglass'],
    used: ['ok', 'check'],
    withdrawn: ['off', 'dash'],
    expired: ['off', 'ended'],
  },
  organisation: {
    pending: ['info', 'hourglass'],
    active: ['ok', 'check'],
    trial: ['info', 'clock'],
    suspended: ['bad', 'bar'],
    frozen: ['bad', 'lock'],
    lifted: ['off', 'dash'],
    lift_asked: ['attention', 'hourglass'],
    terminated: ['off', 'dash'],
    closed: ['off', 'dash'],
  },
  application: {
    submitted: ['attention', 'hourglass'],
    needs_info: ['info', 'hourglass'],
    approved: ['ok', 'check'],
    rejected: ['off', 'cross'],
    withdrawn: ['off', 'dash'],
  },
  check: {
    ok: ['ok', 'check'],
    look: ['attention', 'triangle'],
    failed: ['bad', 'cross'],
    not_asked: ['off', 'dash'],
  },
  identity: {
    draft: ['off', 'dash'],
    submitted: ['attention', 'hourglass'],
    in_review: ['info', 'hourglass'],
    verified: ['ok', 'check'],
    resubmit: ['attention', 'clock'],
    rejected: ['bad', 'cross'],
    expired: ['off', 'ended'],
    revoked: ['bad', 'bar'],
    cancelled: ['off', 'dash'],
  },
  step: {
    pass: ['ok', 'check'],
    fail: ['bad', 'bar'],
    hidden: ['off', 'lock'],
    not_evaluated: ['off', 'dash'],
    unknown: ['off', 'dash'],
  },
  milestone: {
    reached: ['ok', 'check'],
    open: ['attention', 'clock'],
    recommended: ['info', 'clock'],
    blocked: ['off', 'lock'],
    waits_provider: ['info', 'hourglass'],
    waits_tenant: ['info', 'hourglass'],
  },
  order: {
    acknowledged: ['info', 'hourglass'],
    in_progress: ['info', 'clock'],
    completed: ['ok', 'check'],
    rejected: ['bad', 'cross'],
    cancelled: ['off', 'dash'],
  },
  service: {
    active: ['ok', 'check'],
    ended: ['off', 'dash'],
  },
  client: {
    active: ['ok', 'check'],
    waiting: ['attention', 'hourglass'],
    suspended: ['bad', 'bar'],
    revoked: ['off', 'dash'],
  },
  terms: {
    active: ['ok', 'check'],
    suspended: ['bad', 'bar'],
    ended: ['off', 'dash'],
  },
  check_state: {
    ok: ['ok', 'check'],
    attention: ['attention', 'triangle'],
    failing: ['bad', 'cross'],
    unknown: ['off', 'dash'],
  },
  key: {
    next: ['info', 'hourglass'],
    active: ['ok', 'check'],
    retired: ['off', 'dash'],
  },
  webhook: {
    unverified: ['info', 'hourglass'],
    active: ['ok', 'check'],
    failing: ['attention', 'triangle'],
    disabled: ['off', 'dash'],
  },
  signals: {
    enabled: ['ok', 'check'],
    failing: ['attention', 'triangle'],
    paused: ['info', 'pause'],
    disabled: ['off', 'dash'],
  },
  delivery: {
    waiting: ['info', 'hourglass'],
    delivered: ['ok', 'check'],
    failed: ['bad', 'triangle'],
    cancelled: ['off', 'dash'],
  },
  export: {
    queued: ['info', 'hourglass'],
    processing: ['info', 'clock'],
    completed: ['ok', 'check'],
    failed: ['bad', 'triangle'],
    cancelled: ['off', 'dash'],
    expired: ['off', 'ended'],
  },
  feature: {
    active: ['ok', 'check'],
    killed: ['bad', 'dash'],
    retired: ['off', 'ended'],
  },
  end_user: {
    active: ['ok', 'check'],
    inactive: ['bad', 'bar'],
    idle: ['attention', 'clock'],
    signing: ['info', 'hourglass'],
  },
  plan: {
    draft: ['off', 'dash'],
    offered: ['ok', 'check'],
    discontinued: ['off', 'ended'],
  },
  subscription: {
    signing: ['attention', 'hourglass'],
    signed: ['ok', 'check'],
    suspended: ['bad', 'bar'],
    unsigned: ['off', 'ended'],
  },
  agency: {
    active: ['ok', 'check'],
    inactive: ['off', 'pause'],
  },
  form: {
    active: ['ok', 'check'],
    paused: ['attention', 'pause'],
  },
  form_token: {
    current: ['ok', 'check'],
    overlapping: ['attention', 'hourglass'],
    ended: ['off', 'ended'],
    revoked: ['bad', 'cross'],
  },
  agency_key: {
    active: ['ok', 'check'],
    revoked: ['bad', 'cross'],
  },
  agreement: {
    draft: ['info', 'dash'],
    offered: ['attention', 'hourglass'],
    signed: ['attention', 'hourglass'],
    active: ['ok', 'check'],
    superseded: ['off', 'ended'],
    terminated: ['off', 'ended'],
    declined: ['bad', 'cross'],
    withdrawn: ['off', 'dash'],
    expired: ['off', 'ended'],
    rejected: ['bad', 'cross'],
  },
  voucher: {
    pending_review: ['attention', 'hourglass'],
    issued: ['ok', 'check'],
    redeemed: ['info', 'coin'],
    expired: ['off', 'ended'],
    voided: ['bad', 'cross'],
    declined: ['off', 'cross'],
  },
  earning: {
    pending: ['attention', 'hourglass'],
    approved: ['info', 'check'],
    held: ['bad', 'bar'],
    in_payout: ['info', 'clock'],
    paid: ['ok', 'check'],
    void: ['off', 'dash'],
  },
  payout_batch: {
    draft: ['off', 'dot'],
    submitted: ['attention', 'hourglass'],
    approved: ['info', 'check'],
    processing: ['info', 'clock'],
    completed: ['ok', 'check'],
    partially_failed: ['bad', 'cross'],
    cancelled: ['off', 'dash'],
  },
  payout_item: {
    queued: ['info', 'check'],
    sent: ['info', 'clock'],
    paid: ['ok', 'check'],
    failed: ['bad', 'cross'],
    cancelled: ['off', 'dash'],
  },
  tax_document: {
    submitted: ['attention', 'hourglass'],
    verified: ['ok', 'check'],
    rejected: ['bad', 'cross'],
    expired: ['off', 'ended'],
  },
  risk_case: {
    open: ['attention', 'hourglass'],
    released: ['ok', 'check'],
    confirmed: ['bad', 'cross'],
  },
  risk_outcome: {
    off: ['off', 'dash'],
    flag: ['info', 'eye'],
    hold: ['attention', 'pause'],
    block: ['bad', 'bar'],
  },
  feature_answer: {
    on: ['ok', 'check'],
    off: ['off', 'dash'],
  },
  gateway: {
    active: ['ok', 'check'],
    disabled: ['off', 'dash'],
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Look>>>>

/** What has statuses of its own. */
export type StatusFamily = keyof typeof looks

/** Words, tone and sign of a status: one list for every page. A status we do not know is shown by its name. */
export function describeStatus(family: StatusFamily, value: string): { words: string; look: Look } {
  const known: Readonly<Record<string, Look>> = looks[family]
  const look = known[value] ?? (['off', 'dot'] as const)
  return { words: tValue(`status.${family}`, value), look }
}

const expiresSoonDays = 30

/** The status a link is shown under: an active one that ends within 30 days reads "Expires soon". */
export function shownLinkStatus(status: string, expiresInDays: number | null): string {
  const soon = expiresInDays !== null && expiresInDays >= 0 && expiresInDays <= expiresSoonDays
  return status === 'active' && soon ? 'expiring' : status
}
