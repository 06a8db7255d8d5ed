import { z } from 'zod'
import type { ProcessCopy } from './process-copy.ts'
import { FeatureProvider } from './provider.ts'
import { FeatureKey, ResolutionBody, StepsBody, publicPartner, toResolution, toSteps } from './view.ts'

/** Why a partner has a feature or not: the branch that was taken, and every step before it. */
export const ExplanationBody = ResolutionBody.extend({
  key: FeatureKey,
  partner_id: z.string(),
  partner_name: z.string(),
  at: z.string(),
  steps: StepsBody,
}).strict()

/** Explains by the evaluation itself, asked for through OpenFeature; nothing is worked out a second time. */
export async function explainFeature(
  copy: ProcessCopy,
  key: string,
  asked: { readonly partner: { readonly id: string; readonly name: string }; readonly now: Date },
): Promise<z.output<typeof ExplanationBody>> {
  const { partner, now } = asked
  const provider = new FeatureProvider(copy, () => now)
  const details = await provider.resolveBooleanEvaluation(key, false, { targetingKey: partner.id })
  const resolution = copy.resolve(key, partner.id, now)
  return {
    ...toResolution(resolution),
    is_on: details.value,
    reason: details.reason ?? resolution.reason,
    key,
    partner_id: publicPartner(partner.id),
    partner_name: partner.name,
    at: now.toISOString(),
    steps: toSteps(resolution.branch),
  }
}
