import { addDays, Dice } from './dice.ts'
import type { Making } from './people.ts'

/** A stream of chance of its own, so that the rest of the world stays as it was before there were features. */
const SEED = 20_261_125

const STEPS = [
  [-20, 1000],
  [-6, 2500],
  [8, 5000],
  [22, 10_000],
] as const

function addSteps(
  { now, ledger, dice }: Pick<Making, 'now' | 'ledger' | 'dice'>,
  { flagId, at, by }: { readonly flagId: string; readonly at: Date; readonly by: string },
): void {
  for (const [days, shareBp] of STEPS) {
    const startsAt = addDays(now, days)
    ledger.add('feature_ramp_step', {
      id: dice.uuid(at),
      flag_id: flagId,
      starts_at: startsAt,
      share_bp: shareBp,
      created_by_name: by,
      created_at: at,
      noted_at: days < 0 ? startsAt : null,
    })
  }
}

/**
 * Adds one feature on its way to everybody: two steps of its ramp are reached and two lie ahead, one partner has it early and
 * one is held out. Nothing depends on it, so that nobody's work in the demo world does.
 */
export function addFeatures(
  { now, ledger }: Making,
  cast: { readonly early: string | undefined; readonly heldOut: string | undefined; readonly by: string },
): void {
  const dice = new Dice(SEED)
  const at = addDays(now, -30)
  const flagId = dice.uuid(at)
  const reason = 'Partners asked for it at the last partner day'
  ledger.add('feature_flag', {
    id: flagId,
    key: 'business_review',
    name: 'Business review',
    description:
      'One page that sums up a quarter for a customer. It is being built; nothing depends on it yet.',
    owner_name: 'Reporting',
    partner_choice: 'opt_in',
    definition: {
      eligibility: { kinds: ['msp', 'reseller', 'white_label'] },
      rules: [],
      share_bp: 0,
      default: 'off',
    },
    reason,
    created_at: at,
    updated_at: at,
  })
  addSteps({ now, ledger, dice }, { flagId, at, by: cast.by })
  const set = (partnerId: string | undefined, override: 'on' | 'off', why: string) => {
    if (partnerId === undefined) return
    ledger.add('partner_feature', {
      partner_id: partnerId,
      flag_id: flagId,
      override,
      override_by_name: cast.by,
      override_at: addDays(now, -25),
      reason: why,
    })
  }
  set(cast.early, 'on', 'Helps us to design it')
  set(cast.heldOut, 'off', 'Its contract asks for a notice of 60 days before anything new')
}
